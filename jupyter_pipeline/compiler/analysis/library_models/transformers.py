"""Transformers, Datasets and the client of the Hugging Face hub."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="transformers",
        rules="""
            set_seed enable_full_determinism trainer_utils.set_seed : seeds
            logging.* : configures
            pipeline : draws reads(any) -> Pipeline
            class **.AutoTokenizer **.AutoProcessor **.AutoImageProcessor **.AutoFeatureExtractor **.BertTokenizer
            **.BertTokenizerFast **.DistilBertTokenizer **.DistilBertTokenizerFast **.GPT2Tokenizer
            **.GPT2TokenizerFast **.RobertaTokenizer **.T5Tokenizer : object
              from_pretrained : reads(any) -> AutoTokenizer
              __call__ encode encode_plus batch_encode_plus : changes -> view(unknown)
              tokenize convert_tokens_to_ids convert_ids_to_tokens decode batch_decode get_vocab __len__
              apply_chat_template : -> container
              add_tokens add_special_tokens save_vocabulary : changes
              save_pretrained : writes(save_directory@0)
            class **.Pipeline : object
              __call__ : changes draws -> unknown
            class **.TrainingArguments : object
              to_dict to_json_string : -> container
        """,
    ),
    LibraryModel(
        library="datasets",
        rules="""
            load_dataset load_from_disk : reads(any) -> unknown
            disable_progress_bar enable_progress_bar disable_caching enable_caching : configures
        """,
    ),
)
