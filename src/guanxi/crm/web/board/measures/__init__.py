"""The measures of the board, in the order of its columns. A new one is a file here and a line below."""

from guanxi.crm.web.board.measures.base import Measure
from guanxi.crm.web.board.measures.book import BOOK
from guanxi.crm.web.board.measures.coverage import COVERAGE
from guanxi.crm.web.board.measures.late import LATE
from guanxi.crm.web.board.measures.pipeline import PIPELINE
from guanxi.crm.web.board.measures.plan import PLAN
from guanxi.crm.web.board.measures.work import WORK

MEASURES: tuple[Measure, ...] = (BOOK, WORK, PLAN, PIPELINE, LATE, COVERAGE)
