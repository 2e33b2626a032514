"""What ships, read once a process: making its resolver ready takes a second."""

from matchmaker.cli.vocabulary_files import read_packaged
from matchmaker.matching.rules import Matcher
from matchmaker.vocabulary.rules import Resolver

VOCABULARY = read_packaged()
RESOLVER = Resolver(VOCABULARY)
MATCHER = Matcher(VOCABULARY)
