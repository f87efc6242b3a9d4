"""NLTK: tokenizers, stemmers, corpora and downloads."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
            download : process writes(any) -> constant
            data.path.append data.path.insert : configures
            data.find data.load : reads(any) -> unknown
            word_tokenize sent_tokenize wordpunct_tokenize pos_tag ne_chunk ngrams bigrams trigrams everygrams
            tokenize.word_tokenize tokenize.sent_tokenize tokenize.wordpunct_tokenize tokenize.regexp_tokenize
            tag.pos_tag util.ngrams util.bigrams regexp_tokenize edit_distance jaccard_distance untag
            metrics.edit_distance metrics.distance.edit_distance metrics.distance.jaccard_distance
            translate.bleu_score.sentence_bleu translate.bleu_score.corpus_bleu : -> container
            corpus.* : reads(any) -> container
            class **.PorterStemmer **.SnowballStemmer **.LancasterStemmer **.WordNetLemmatizer **.RegexpTokenizer
            **.TweetTokenizer **.TreebankWordTokenizer **.WhitespaceTokenizer **.WordPunctTokenizer
            **.SentimentIntensityAnalyzer : object
              stem lemmatize tokenize span_tokenize polarity_scores : -> container
            class **.FreqDist **.ConditionalFreqDist : container
              most_common hapaxes freq N B max tabulate : -> container
              plot : figure -> view(matplotlib.Axes) of self
"""

MODELS = (LibraryModel(library="nltk", rules=_RULES),)
