"""What people put around a skill: years, past trades, levels, wishes, possession, politeness.

"10 ans d'expérience en compta", "j'aimerais bien faire du tricot" and "ancienne instit" are a skill in a frame. A frame
is told by the words that it is made of, in whatever order: those that always are frame, and those that are when a
preposition follows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from matchmaker.base.text import FILLERS, fold

_WRITTEN_WORD = re.compile(r"[^\W_][^\W_+#]*[+#]*")

_NUMBER = (
    r"(?:\d+|un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|"
    r"(?:une )?(?:dizaine|quinzaine|vingtaine|trentaine|quarantaine) d|des|quelques|plusieurs|nombreuses|longues|"
    r"(?:a )?few|several|many|some|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty)"
)
_PERIOD = r"(?:ans?|annees?|mois|decennies|saisons?|years?|yrs?|months?)"
_YEARS = (
    rf"(?:plus (?:de |d )?|pres (?:de |d )?|environ |presque |bientot |au moins |over |about )?{_NUMBER} "
    rf"(?:bonnes |longues |belles |petites |good )?{_PERIOD}"
)
_OF_WHAT = (
    r"(?: (?:d|de|of|as) (?:experience|experiences|metier|pratique|carriere|boulot|bouteille|travail|service|recul|"
    r"anciennete|practice|work|activite|etudes?|cours|benevolat|passion|formation)(?: professionnelle)?)?"
)
_JOINED = r"(?:de|d|du|des|en|dans|comme|a|au|aux|avec|pour|par|sur|chez|of|in|with|at|as|for|to|que)"

# What always is a frame at the beginning of a phrase that goes on.
_ALWAYS = """
    bonjour bonsoir salut coucou hello hi bjr slt merci svp stp please alors bref sinon aussi egalement enfin
    volontiers eventuellement surtout principalement notamment actuellement aujourdhui maintenant avant autrefois
    longtemps toujours souvent parfois deja encore bien tres trop plutot assez vraiment beaucoup super hyper bcp
    je j moi on nous jsuis chuis jsais jpeux jfais jai jadore jaime i m ve can could am was have been love like enjoy
    suis etais serais ete sommes ai avais avons sais sait savons saurais peux pouvons pourrais pourrait voudrais veux
    aimerais souhaite souhaiterais adore adorais aime aimais kiffe fais faisais faisait propose offre maitrise connais
    ancien ancienne ex anciennement former futur future cap bep bts dut
    apprenti apprentie
"""
# What is a frame when a preposition comes next.
_BEFORE_PREPOSITION = """
    experience experiences experimente experimentee notion notions base bases connaissance connaissances competence
    competences niveau capable habitude habitue habituee passionne passionnee passion doue douee bon bonne fort forte
    cale calee expert experte expertise pro specialiste specialise specialisee debutant debutante confirme confirmee
    fan mordu mordue adepte diplome diplomee forme formee formation retraite retraitee travaille
    travaillais travaillait travailler bosse bossais bosser exerce exercais pratique pratiquais metier profession
    carriere disponible dispo volontaire partant partante motive motivee interesse interessee pret prete envie plaisir
    possibilite aise autonome autodidacte etudes etudiant etudiante licence master bac titulaire
    savoir faire connaitre gout talent facilite facilites experienced skilled good knowledge working worked work years
    interested able happy trained retired degree background temps benevole heureux heureuse ravi ravie competent
    competente stagiaire reconversion debute beginner beginners novice
"""
_WHOLE = (
    rf"(?:(?:avec|fort de|forte de|depuis|pendant|durant|apres|for|since|with) )?{_YEARS}{_OF_WHAT}",
    r"s il vous plait|aujourd hui|avec plaisir|en fait|par exemple|pourquoi pas|bien sur|si besoin|a l occasion|"
    r"a la retraite|en retraite|a l aise|un peu|pas mal|plus ou moins|de temps en temps|d abord|bac pro|"
    r"il y a longtemps|dans le passe|"
    r"mon (?:metier|travail|boulot|job|truc|dada|kiff|domaine)(?: c est| est| etait)?|ma (?:profession|passion|"
    r"specialite|formation)(?: c est| est| etait)?|c est|c etait|de (?:metier|formation|profession)|en tant que?|"
    r"depuis toujours|depuis longtemps|(?:travaille|bosse|exerce|pratique)(?= \d)|comme|"
    r"used to(?: be| work as)?|would like to|d like to|how to|m y connais|y connais|m occupe|me debrouille|"
    r"touche ma bille|tiens a|ca me plairait|sert a|niveau (?:debutant|moyen|avance|expert|[abc][12])",
)
_FRAME = re.compile(
    rf"(?:(?:{'|'.join(_WHOLE)})|(?:{'|'.join(_ALWAYS.split())})"
    rf"|(?:{'|'.join(_BEFORE_PREPOSITION.split())})(?= {_JOINED} ))(?= )"
)
_GLUE = re.compile(
    r"(?:de|d|du|des|en|dans|le|la|les|l|un|une|comme|pour|a|au|aux|avec|par|que|qu|sur|chez|mon|ma|mes|notre|nos|"
    r"ce|cette|ces|y|m|me|the|an|in|with|at|as|of|my|some|to|for|bon|bonne|petit|petite|petits|petites) "
)
_AFTER = re.compile(
    rf" (?:(?:depuis|pendant|durant|il y a|for|since)(?: (?:plus|pres) (?:de|d))? (?:{_NUMBER} {_PERIOD}|longtemps|"
    r"toujours|tout petit|toute petite|\d{4}|l enfance|ever|long)|"
    r"(?:debutante?s?|beginners?) (?:bienvenue?s?|acceptee?s?|welcome)|a l aise|by trade|"
    r"(?:mais )?debutant|debutante|debutants|confirme|confirmee|courant|courants|courante|couramment|bilingue|"
    r"niveau \w+|avance|avancee|amateur|intermediaire|autodidacte|fluent|"
    r"beginner|advanced|scolaire|(?:de|par) (?:metier|formation|profession|passion|plaisir)|(?:de )?longue date|"
    r"(?:le|les) (?:week ends?|soirs?|matins?|samedis?|dimanches?|mercredis?|lundis?|mardis?|jeudis?|vendredis?)|"
    r"tous les (?:jours|week ends)|si besoin|si necessaire|si vous voulez|a l occasion|de temps en temps|svp|stp|merci|"
    r"s il vous plait|please|chez moi|toute ma vie|pour le plaisir|avec plaisir|volontiers|benevolement|gratuitement|"
    r"sans probleme|a votre disposition|un peu|pas mal|aussi|egalement|a la retraite|en retraite|"
    r"(?:avec )?\d+ ans d experience|\d+ ans|"
    r"c est (?:mon (?:truc|metier|domaine|dada)|ma passion))$"
)
_LENDING = re.compile(
    r"^(?:j ai |nous avons |on a |je dispose d )?(?:un |une |des |mon |ma |mes |le |la |les |du )?(?P<what>.+?) "
    r"(?:a|en) (?:preter|pret|disposition|partager|louer)$"
    r"|^(?:j ai |nous avons |on a |je dispose d )(?:un |une |des |deux )(?P<owned>.+)$"
)
_VAGUE_WORDS = """
    tout tous toute toutes rien peu divers diverses autre autres chose choses truc trucs plein importe quoi etc bref
    voir idee bonne volonte bon bons bonnes enfin beaucoup aider aide rendre service services motive motivee energie
    temps libre sais sait pas trop encore n quelque quelques besoin besoins polyvalent polyvalente partout manuel
    manuelle utile selon pret prete dispo disponible anything everything nothing help helping stuff
    retraite retraitee etudiant etudiante chomeur chomeuse salarie salariee retired student
"""
_VAGUE = frozenset(_VAGUE_WORDS.split())
_SUBJECTS = frozenset(("je", "j", "on", "nous"))
_PRESENT = (
    ("eins", "eindre"),
    ("uis", "uire"),
    ("ds", "dre"),
    ("iens", "enir"),
    ("rs", "rvir"),
    ("is", "ire"),
    ("is", "ir"),
    ("ons", "er"),
    ("e", "er"),
)
"""How verbs end in "je …" and "nous …", and their infinitives; the first one that is a known word is meant."""

LEFT_AT_MOST = 12
"""Pieces of a frame that are looked for on either side."""


def is_vague(text: str) -> bool:
    """Whether a phrase has no word that could name a skill: "un peu de tout", "bonne volonté"."""
    said = [word for word in fold(text).split(" ") if word not in FILLERS]
    return all(word in _VAGUE for word in said)


@lru_cache(maxsize=1 << 16)
def unframed(text: str) -> str:
    """The skill in a phrase as written, without what people put around it; the phrase itself without a frame."""
    spans = list(_words(text))
    first, last = 0, len(spans)
    for _ in range(LEFT_AT_MOST):
        rest = " ".join(word for word, _, _ in spans[first:last])
        found = _FRAME.match(rest) or _GLUE.match(rest)
        if not found or found.end() >= len(rest):
            break
        first += len(found[0].split())
    for _ in range(LEFT_AT_MOST):
        rest = " ".join(word for word, _, _ in spans[first:last])
        after = _AFTER.search(rest)
        if not after or not after.start():
            break
        last -= len(after[0].split())
    if (first, last) == (0, len(spans)):
        return text
    return text[spans[first][1] : spans[last - 1][2]]


def deed(text: str, *, is_known: Callable[[str], bool]) -> str | None:
    """What somebody says that they do, as labels have it: for "je couds des rideaux" "coudre des rideaux"; else None."""
    core = unframed(text)
    before = fold(text[: text.find(core)]).split()
    verb, _, rest = fold(core).partition(" ")
    if not before or before[-1] not in _SUBJECTS:
        return None
    for present, infinitive in _PRESENT:
        found = verb.removesuffix(present) + infinitive
        if verb.endswith(present) and is_known(found):
            return f"{found} {rest}".strip()
    return None


def lent(text: str) -> str | None:
    """What somebody offers who names a thing of theirs: for "j'ai un terrain" "prêter terrain"; else None."""
    found = _LENDING.match(fold(text))
    return f"prêter {found['what'] or found['owned']}" if found else None


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """The folded words of a text, each with where the one that it was made of begins and ends."""
    for found in _WRITTEN_WORD.finditer(text):
        for word in fold(found[0]).split():
            yield word, found.start(), found.end()
