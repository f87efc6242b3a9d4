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
            corpus.abc.words corpus.abc.raw corpus.abc.sents corpus.abc.fileids corpus.abc.categories
            corpus.abc.tagged_words corpus.brown.words corpus.brown.raw corpus.brown.sents corpus.brown.fileids
            corpus.brown.categories corpus.brown.tagged_words corpus.cess_esp.words corpus.cess_esp.raw
            corpus.cess_esp.sents corpus.cess_esp.fileids corpus.cess_esp.categories corpus.cess_esp.tagged_words
            corpus.conll2000.words corpus.conll2000.raw corpus.conll2000.sents corpus.conll2000.fileids
            corpus.conll2000.categories corpus.conll2000.tagged_words corpus.conll2002.words corpus.conll2002.raw
            corpus.conll2002.sents corpus.conll2002.fileids corpus.conll2002.categories
            corpus.conll2002.tagged_words corpus.floresta.words corpus.floresta.raw corpus.floresta.sents
            corpus.floresta.fileids corpus.floresta.categories corpus.floresta.tagged_words corpus.genesis.words
            corpus.genesis.raw corpus.genesis.sents corpus.genesis.fileids corpus.genesis.categories
            corpus.genesis.tagged_words corpus.gutenberg.words corpus.gutenberg.raw corpus.gutenberg.sents
            corpus.gutenberg.fileids corpus.gutenberg.categories corpus.gutenberg.tagged_words
            corpus.inaugural.words corpus.inaugural.raw corpus.inaugural.sents corpus.inaugural.fileids
            corpus.inaugural.categories corpus.inaugural.tagged_words corpus.movie_reviews.words
            corpus.movie_reviews.raw corpus.movie_reviews.sents corpus.movie_reviews.fileids
            corpus.movie_reviews.categories corpus.movie_reviews.tagged_words corpus.names.words corpus.names.raw
            corpus.names.sents corpus.names.fileids corpus.names.categories corpus.names.tagged_words
            corpus.nps_chat.words corpus.nps_chat.raw corpus.nps_chat.sents corpus.nps_chat.fileids
            corpus.nps_chat.categories corpus.nps_chat.tagged_words corpus.opinion_lexicon.words
            corpus.opinion_lexicon.raw corpus.opinion_lexicon.sents corpus.opinion_lexicon.fileids
            corpus.opinion_lexicon.categories corpus.opinion_lexicon.tagged_words corpus.product_reviews_1.words
            corpus.product_reviews_1.raw corpus.product_reviews_1.sents corpus.product_reviews_1.fileids
            corpus.product_reviews_1.categories corpus.product_reviews_1.tagged_words corpus.reuters.words
            corpus.reuters.raw corpus.reuters.sents corpus.reuters.fileids corpus.reuters.categories
            corpus.reuters.tagged_words corpus.sentence_polarity.words corpus.sentence_polarity.raw
            corpus.sentence_polarity.sents corpus.sentence_polarity.fileids corpus.sentence_polarity.categories
            corpus.sentence_polarity.tagged_words corpus.shakespeare.words corpus.shakespeare.raw
            corpus.shakespeare.sents corpus.shakespeare.fileids corpus.shakespeare.categories
            corpus.shakespeare.tagged_words corpus.state_union.words corpus.state_union.raw corpus.state_union.sents
            corpus.state_union.fileids corpus.state_union.categories corpus.state_union.tagged_words
            corpus.stopwords.words corpus.stopwords.raw corpus.stopwords.sents corpus.stopwords.fileids
            corpus.stopwords.categories corpus.stopwords.tagged_words corpus.subjectivity.words
            corpus.subjectivity.raw corpus.subjectivity.sents corpus.subjectivity.fileids
            corpus.subjectivity.categories corpus.subjectivity.tagged_words corpus.swadesh.words corpus.swadesh.raw
            corpus.swadesh.sents corpus.swadesh.fileids corpus.swadesh.categories corpus.swadesh.tagged_words
            corpus.switchboard.words corpus.switchboard.raw corpus.switchboard.sents corpus.switchboard.fileids
            corpus.switchboard.categories corpus.switchboard.tagged_words corpus.treebank.words corpus.treebank.raw
            corpus.treebank.sents corpus.treebank.fileids corpus.treebank.categories corpus.treebank.tagged_words
            corpus.twitter_samples.words corpus.twitter_samples.raw corpus.twitter_samples.sents
            corpus.twitter_samples.fileids corpus.twitter_samples.categories corpus.twitter_samples.tagged_words
            corpus.udhr.words corpus.udhr.raw corpus.udhr.sents corpus.udhr.fileids corpus.udhr.categories
            corpus.udhr.tagged_words corpus.webtext.words corpus.webtext.raw corpus.webtext.sents
            corpus.webtext.fileids corpus.webtext.categories corpus.webtext.tagged_words corpus.words.words
            corpus.words.raw corpus.words.sents corpus.words.fileids corpus.words.categories
            corpus.words.tagged_words corpus.wordnet.synsets corpus.wordnet.synset corpus.wordnet.lemmas
            corpus.wordnet.morphy corpus.wordnet.all_synsets corpus.sentiwordnet.senti_synset
            corpus.sentiwordnet.senti_synsets corpus.cmudict.dict corpus.cmudict.entries
            corpus.twitter_samples.strings corpus.treebank.parsed_sents : reads(any) -> container
            class **.PorterStemmer **.SnowballStemmer **.LancasterStemmer **.WordNetLemmatizer **.RegexpTokenizer
            **.TweetTokenizer **.TreebankWordTokenizer **.WhitespaceTokenizer **.WordPunctTokenizer
            **.SentimentIntensityAnalyzer : object
              stem lemmatize tokenize span_tokenize polarity_scores : -> container
            class **.FreqDist **.ConditionalFreqDist : container
              most_common hapaxes freq N B max tabulate : -> container
              plot : figure -> view(matplotlib.Axes) of self
"""

MODELS = (LibraryModel(library="nltk", rules=_RULES),)
