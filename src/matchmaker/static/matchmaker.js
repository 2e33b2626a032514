// Small comforts over pages that work without this file.
"use strict";

(() => {
  // Most pages have nothing that htmx would do, and do not load it.
  if (document.querySelector("[hx-get]")) {
    const script = document.createElement("script");
    script.src = document.currentScript.dataset.htmx;
    document.head.append(script);
  }

  // In a row people may list several: what is suggested goes on with the last of them.
  const lastPart = (input) => (input.closest("[data-limit]") ? Math.max(...[",", ";"].map((mark) => input.value.lastIndexOf(mark))) + 1 : 0);

  const box = (element) => element.closest("[data-suggest]");

  // Suggestion pages read what is typed as "q", whatever the field is called.
  document.addEventListener("htmx:config:request", (event) => {
    const input = event.target;
    if (input.matches?.("[data-suggest] input")) {
      event.detail.ctx.request.body = new URLSearchParams({ q: input.value.slice(lastPart(input)) });
    }
  });

  // A screen reader hears how many suggestions came, not all of them.
  document.addEventListener("htmx:after:swap", (event) => {
    const around = event.target.closest?.("[data-suggest]");
    const status = around?.querySelector("[role=status]");
    if (status) status.textContent = around.querySelector("[data-count]")?.dataset.count ?? "";
  });

  const close = (around) => {
    around.querySelector("[data-suggestions]")?.replaceChildren();
    const status = around.querySelector("[role=status]");
    if (status) status.textContent = "";
  };

  const choose = (button) => {
    const around = box(button);
    const input = around.querySelector("input:not([type=hidden])");
    const kept = around.querySelector("input[type=hidden]");
    const before = input.value.slice(0, lastPart(input));
    input.value = before + (before ? " " : "") + button.dataset.text;
    if (kept) kept.value = button.dataset.value ?? "";
    around.querySelectorAll("[type=radio]").forEach((radio) => { radio.checked = false; });
    close(around);
    input.focus();
    around.querySelector("[role=status]").textContent = button.dataset.text;
  };

  // The row to copy is kept in a template, with "__" where its number goes.
  const addRow = (list) => {
    const count = list.querySelectorAll(":scope > li").length;
    if (count >= Number(list.dataset.limit)) return null;
    const row = list.querySelector("template").content.firstElementChild.cloneNode(true);
    for (const part of [row, ...row.querySelectorAll("*")]) {
      for (const { name, value } of [...part.attributes]) part.setAttribute(name, value.replaceAll("__", String(count)));
    }
    row.querySelector("[data-number]").textContent = String(count + 1);
    list.append(row);
    globalThis.htmx?.process(row);
    return row.querySelector("input");
  };

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-suggestions] button");
    if (choice) choose(choice);
    const add = event.target.closest("[data-add-row]");
    if (add) {
      const list = document.getElementById(add.dataset.addRow);
      const input = addRow(list);
      if (input) { event.preventDefault(); input.focus(); }
    }
  });

  // A row has one line: lines that are pasted into it would run into each other.
  document.addEventListener("paste", (event) => {
    const input = event.target;
    const pasted = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (!input.matches?.("[data-limit] input") || !/[\r\n]/.test(pasted)) return;
    event.preventDefault();
    input.setRangeText(pasted.split(/[\r\n]+/).join("; "), input.selectionStart, input.selectionEnd, "end");
  });

  // Typing after a choice forgets the choice.
  document.addEventListener("input", (event) => {
    const kept = event.target.closest("[data-suggest]")?.querySelector("input[type=hidden]");
    if (kept && event.target !== kept) kept.value = "";
  });

  document.addEventListener("keydown", (event) => {
    const around = event.target.closest?.("[data-suggest]");
    if (!around) return;
    const stops = [around.querySelector("input:not([type=hidden])"), ...around.querySelectorAll("[data-suggestions] button")];
    const here = stops.indexOf(event.target);
    if (event.key === "Escape" && stops.length > 1) {
      close(around);
      stops[0].focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = stops[here + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) { event.preventDefault(); next.focus(); }
    } else if (event.key === "Enter" && here === 0 && around.closest("[data-limit]")) {
      // Enter in a row goes on to the next row rather than sending the form.
      event.preventDefault();
      const list = around.closest("[data-limit]");
      const inputs = [...list.querySelectorAll("input:not([type=hidden], [type=radio])")];
      (inputs[inputs.indexOf(event.target) + 1] ?? (event.target.value ? addRow(list) : null))?.focus();
    }
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sending) { event.preventDefault(); return; }
    if (form.method === "post") form.dataset.sending = "yes";
  });
  const free = () => document.querySelectorAll("form[data-sending]").forEach((form) => { delete form.dataset.sending; });
  addEventListener("pageshow", free);
  document.addEventListener("htmx:finally:request", free);

  // Without a connection there is a page that says so.
  navigator.serviceWorker?.register("/service-worker.js");
  navigator.serviceWorker?.addEventListener("message", () => {
    const form = document.querySelector("form[data-sending]");
    const notice = document.getElementById("no-connection");
    if (!form) return;
    free();
    form.append(notice);
    // Text browsers show what is hidden: the words come when they are true.
    for (const line of notice.querySelectorAll("[data-text]")) line.textContent = line.dataset.text;
    notice.hidden = false;
    notice.scrollIntoView({ block: "nearest" });
  });
})();
