"""Articles, and where their texts are: a file for each, or Parquet files of many."""

from copydesk.articles.article import Article
from copydesk.articles.bulk import Bulk
from copydesk.articles.texts import Texts

__all__ = ["Article", "Bulk", "Texts"]
