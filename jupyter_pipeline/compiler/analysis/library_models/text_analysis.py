"""Analysis of texts: spaCy, gensim, textblob, wordcloud."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_SPACY = """
load util.load_model : reads(name@0) -> Language
blank : -> Language
prefer_gpu require_gpu require_cpu : configures -> constant
displacy.render : pure
displacy.serve : process
explain : -> constant
cli.download : process writes(any)
tokens.Doc tokens.Span : -> holding(Doc)
tokens.DocBin : -> object
matcher.Matcher matcher.PhraseMatcher matcher.DependencyMatcher : -> holding(Matcher)
util.minibatch : draws -> iterator
training.Example.from_dict training.Example : -> holding(unknown)
tokens.Doc.set_extension tokens.Span.set_extension tokens.Token.set_extension : configures
# The vocabulary of a pipeline grows with each text
class Language : object
  __call__ make_doc : changes(self) -> holding(Doc)
  pipe : changes(self) lazy -> holding(list(Doc))
  add_pipe remove_pipe rename_pipe replace_pipe disable_pipe enable_pipe disable_pipes select_pipes initialize
  begin_training
  update resume_training rehearse use_params : changes(self *) draws -> view(unknown)
  evaluate : changes(self except data) -> container
  to_disk : writes(path@0)
  from_disk : changes(self) reads(path@0) -> receiver
  get_pipe has_pipe create_pipe create_optimizer : -> view(unknown)
  .vocab .tokenizer .pipe_names .pipeline .meta .config .Defaults .lang : -> view(unknown)
class Doc Span Token : object
  similarity get_extension has_extension count_by to_json to_array has_annotation get_lca_matrix is_parsed
  : -> container
  set_ents retokenize : changes(self) -> view(unknown)
  as_doc char_span nbor : -> view(Doc)
  to_disk : writes(path@0)
  .text .text_with_ws .label_ .lemma_ .pos_ .tag_ .dep_ .ent_type_ .ent_iob_ .shape_ .is_stop .is_punct .is_alpha
  .is_digit
  .is_space .like_num .like_url .like_email .is_sent_start .i .idx .start .end .start_char .end_char .lower_ .norm_
  .whitespace_
  .is_oov .has_vector .vector_norm .sentiment .kb_id_ .pos .dep .tag .label .orth .lower .rank : -> constant
  .vector : -> numpy.ndarray
  .ents .sents .noun_chunks .children .lefts .rights .subtree .ancestors .conjuncts : -> view(list(Doc))
  .head .root .doc .sent : -> view(Doc)
  .cats .user_data .vocab ._ : -> view(unknown)
  __getitem__ __iter__ : -> view(Doc)
class Matcher : object
  __call__ : changes(self) -> holding(container)
  add remove : changes(self *)
"""
_GENSIM = """
corpora.Dictionary corpora.dictionary.Dictionary : changes(documents@0) -> Dictionary
corpora.Dictionary.load corpora.MmCorpus : reads(fname@0) -> Dictionary
corpora.MmCorpus.serialize : writes(fname@0)
utils.simple_preprocess utils.tokenize utils.deaccent utils.to_unicode utils.lemmatize
parsing.preprocessing.preprocess_string
parsing.preprocessing.remove_stopwords parsing.preprocessing.strip_punctuation parsing.preprocessing.stem_text
parsing.preprocessing.strip_numeric parsing.preprocessing.strip_multiple_whitespaces parsing.preprocessing.strip_tags
summarization.summarize summarization.keywords matutils.corpus2csc matutils.Sparse2Corpus matutils.corpus2dense
matutils.hellinger matutils.cossim : -> container
downloader.load : reads(any) writes(any) -> Model
downloader.info : -> container
models.doc2vec.TaggedDocument models.TaggedDocument : -> holding(object)
scripts.glove2word2vec.glove2word2vec : reads(glove_input_file@0) writes(word2vec_output_file@1)
models.KeyedVectors.load_word2vec_format models.KeyedVectors.load models.Word2Vec.load models.word2vec.Word2Vec.load
models.LdaModel.load models.ldamodel.LdaModel.load models.Doc2Vec.load models.FastText.load
models.fasttext.load_facebook_model
models.keyedvectors.KeyedVectors.load_word2vec_format : reads(fname@0 path@0) -> Model
Word2Vec models.Word2Vec models.word2vec.Word2Vec models.Doc2Vec models.doc2vec.Doc2Vec models.FastText
models.LdaModel
models.ldamodel.LdaModel models.LdaMulticore models.ldamulticore.LdaMulticore models.HdpModel models.nmf.Nmf
models.Nmf
: draws(unless random_state) -> Model
models.TfidfModel models.LsiModel models.lsimodel.LsiModel models.Phrases models.phrases.Phrases
models.phrases.Phraser
models.CoherenceModel models.coherencemodel.CoherenceModel similarities.MatrixSimilarity similarities.Similarity
similarities.SparseMatrixSimilarity models.KeyedVectors models.AuthorTopicModel : -> Model
class Dictionary : object
  doc2bow : changes(self if allow_update@1) -> container
  add_documents filter_extremes filter_n_most_frequent filter_tokens compactify merge_with : changes(self)
  save save_as_text : writes(fname@0)
  doc2idx keys values items get most_common __len__ __getitem__ : -> view(container)
  .token2id .id2token .dfs .cfs .num_docs : -> view(container)
  __iter__ : -> constant
class Model : object
  train build_vocab update add_documents init_sims reset_from add_vector add_vectors build_vocab_from_freq
  : changes(self *) draws -> view(unknown)
  infer_vector inference get_document_topics : draws -> table
  most_similar most_similar_cosmul similarity similar_by_word similar_by_vector doesnt_match distance n_similarity
  wmdistance get_vector
  word_vec evaluate_word_analogies evaluate_word_pairs show_topics show_topic print_topics print_topic get_topics
  get_term_topics
  top_topics log_perplexity bound get_coherence get_coherence_per_topic export_phrases key_to_index closer_than
  : -> container
  save save_word2vec_format : writes(fname@0)
  .wv .dv .docvecs .vocab .vectors .index_to_key .index2word .corpus_total_words .id2word .num_topics .vector_size
  : -> view(unknown)
  __getitem__ __iter__ : -> view(unknown)
"""
_TEXTBLOB = """
class TextBlob Word Sentence : object
  correct translate detect_language spellcheck lemmatize singularize pluralize upper lower ngrams split replace
  count find
  words_counts define get_synsets stem parse : -> holding(TextBlob)
  .sentiment .polarity .subjectivity .words .sentences .tags .noun_phrases .word_counts .sentiment_assessments
  : -> view(unknown)
"""
_WORDCLOUD = """
class WordCloud ImageColorGenerator : object
  generate generate_from_frequencies generate_from_text fit_words recolor : changes(self) draws -> receiver
  process_text to_array to_image to_svg : draws -> view(unknown)
  to_file : writes(filename@0)
  .words_ .layout_ .stopwords : -> view(container)
functions
get_single_color_func random_color_func : -> unknown
"""

MODELS = (
    LibraryModel(library="spacy", rules=_SPACY),
    LibraryModel(library="gensim", rules=_GENSIM),
    LibraryModel(library="textblob", rules=_TEXTBLOB),
    LibraryModel(library="wordcloud", rules=_WORDCLOUD),
)
