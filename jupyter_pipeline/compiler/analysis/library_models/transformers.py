"""Libraries of Hugging Face and others for language and image models."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_TRANSFORMERS = """
set_seed enable_full_determinism trainer_utils.set_seed : seeds
logging.set_verbosity logging.set_verbosity_error logging.set_verbosity_warning logging.set_verbosity_info
logging.set_verbosity_debug logging.disable_progress_bar logging.enable_progress_bar logging.disable_default_handler
logging.enable_default_handler utils.logging.set_verbosity_error : configures
logging.get_logger utils.logging.get_logger : -> object
pipeline pipelines.pipeline : draws reads(model@1) -> Pipeline
get_scheduler get_linear_schedule_with_warmup get_cosine_schedule_with_warmup get_constant_schedule
get_constant_schedule_with_warmup get_polynomial_decay_schedule_with_warmup
get_cosine_with_hard_restarts_schedule_with_warmup optimization.get_linear_schedule_with_warmup
: changes(optimizer@0 optimizer@1) -> holding(torch.Optimizer)
AdamW optimization.AdamW Adafactor : -> holding(torch.Optimizer)
create_optimizer : -> holding(list(unknown))
is_torch_available is_tf_available : -> constant
utils.send_example_telemetry : sends(huggingface)
TextStreamer TextIteratorStreamer TextGenerationStreamer StoppingCriteriaList LogitsProcessorList
EarlyStoppingCallback
PrinterCallback ProgressCallback KerasMetricCallback PushToHubCallback keras_callbacks.PushToHubCallback
keras_callbacks.KerasMetricCallback EvalPrediction TensorType : -> object

class **.AutoTokenizer **.AutoProcessor **.AutoImageProcessor **.AutoFeatureExtractor **.BertTokenizer
**.BertTokenizerFast **.DistilBertTokenizer **.DistilBertTokenizerFast **.GPT2Tokenizer **.GPT2TokenizerFast
**.RobertaTokenizer **.RobertaTokenizerFast **.T5Tokenizer **.T5TokenizerFast **.AlbertTokenizer **.BartTokenizer
**.CLIPTokenizer **.CLIPTokenizerFast **.CLIPProcessor **.CLIPImageProcessor **.LlamaTokenizer **.LlamaTokenizerFast
**.MarianTokenizer **.PreTrainedTokenizer **.PreTrainedTokenizerFast **.ViTImageProcessor **.ViTFeatureExtractor
**.WhisperProcessor **.WhisperTokenizer **.WhisperFeatureExtractor **.Wav2Vec2Processor **.Wav2Vec2Tokenizer
**.Wav2Vec2FeatureExtractor **.Wav2Vec2CTCTokenizer **.XLMRobertaTokenizer **.BlipProcessor **.Blip2Processor
**.ViltProcessor **.PegasusTokenizer **.DetrImageProcessor **.SegformerImageProcessor : object
  from_pretrained : reads(pretrained_model_name_or_path@0) -> AutoTokenizer
  __call__ encode encode_plus batch_encode_plus prepare_for_model pad prepare_seq2seq_batch
  : -> new(BatchEncoding)
  tokenize convert_tokens_to_ids convert_ids_to_tokens decode batch_decode get_vocab __len__ num_special_tokens_to_add
  convert_tokens_to_string build_inputs_with_special_tokens create_token_type_ids_from_sequences
  get_special_tokens_mask
  batch_post_process post_process_object_detection : -> container
  apply_chat_template : -> unknown
  add_tokens add_special_tokens set_special_tokens save_vocabulary train_new_from_iterator as_target_tokenizer
  : changes(self *) -> AutoTokenizer
  save_pretrained : writes(save_directory@0) -> container
  push_to_hub : sends(huggingface) -> constant
  .vocab_size .model_max_length .pad_token .eos_token .bos_token .unk_token .sep_token .cls_token .mask_token
  .pad_token_id .eos_token_id .bos_token_id .unk_token_id .sep_token_id .cls_token_id .mask_token_id .padding_side
  .is_fast .name_or_path .chat_template .size : -> constant
  .vocab .tokenizer .feature_extractor .image_processor .backend_tokenizer .all_special_tokens .all_special_ids
  .special_tokens_map .model_input_names : -> view(unknown)

class BatchEncoding : object
  to convert_to_tensors : changes(self) -> receiver
  keys values items get word_ids tokens sequence_ids token_to_word char_to_token token_to_chars word_to_chars
  __getitem__ __iter__ : -> view(unknown)
  .input_ids .attention_mask .token_type_ids .pixel_values .labels .input_features : -> view(unknown)
  .is_fast .n_sequences : -> constant

class **.AutoConfig **.BertConfig **.GPT2Config **.T5Config **.RobertaConfig **.DistilBertConfig **.LlamaConfig
**.ViTConfig **.CLIPConfig **.BartConfig **.PretrainedConfig **.GenerationConfig **.BitsAndBytesConfig **.GPTQConfig
**.QuantoConfig : object
  from_pretrained : reads(pretrained_model_name_or_path@0) -> AutoConfig
  from_dict from_json_file : reads(any) -> AutoConfig
  update : changes(self)
  to_dict to_json_string to_diff_dict : -> container
  save_pretrained : writes(save_directory@0)

# Training and calls change a model
class PreTrainedModel
**.AutoModel **.AutoModelForSequenceClassification **.AutoModelForTokenClassification
**.AutoModelForQuestionAnswering **.AutoModelForMaskedLM **.AutoModelForCausalLM **.AutoModelForSeq2SeqLM
**.AutoModelForMultipleChoice **.AutoModelForImageClassification **.AutoModelForObjectDetection
**.AutoModelForAudioClassification **.AutoModelForCTC **.AutoModelForSpeechSeq2Seq **.AutoModelForVision2Seq
**.AutoModelForImageTextToText **.AutoModelForNextSentencePrediction **.AutoModelForPreTraining
**.AutoModelForSemanticSegmentation **.AutoModelForImageSegmentation **.AutoModelForZeroShotImageClassification
**.AutoModelForDepthEstimation **.AutoModelWithLMHead **.TFAutoModel **.TFAutoModelForSequenceClassification
**.TFAutoModelForTokenClassification **.TFAutoModelForQuestionAnswering **.TFAutoModelForMaskedLM
**.TFAutoModelForCausalLM **.TFAutoModelForSeq2SeqLM **.TFAutoModelForMultipleChoice
**.TFAutoModelForImageClassification **.TFAutoModelForObjectDetection **.TFAutoModelForAudioClassification
**.TFAutoModelForCTC **.TFAutoModelForSpeechSeq2Seq **.TFAutoModelForVision2Seq **.TFAutoModelForImageTextToText
**.TFAutoModelForNextSentencePrediction **.TFAutoModelForPreTraining **.TFAutoModelForSemanticSegmentation
**.TFAutoModelForImageSegmentation **.TFAutoModelForZeroShotImageClassification **.TFAutoModelForDepthEstimation
**.TFAutoModelWithLMHead **.BertModel **.TFBertModel **.BertForSequenceClassification
**.TFBertForSequenceClassification **.BertForTokenClassification **.TFBertForTokenClassification **.BertForMaskedLM
**.TFBertForMaskedLM **.BertForQuestionAnswering **.TFBertForQuestionAnswering **.BertLMHeadModel
**.TFBertLMHeadModel **.BertForPreTraining **.TFBertForPreTraining **.BertForNextSentencePrediction
**.TFBertForNextSentencePrediction **.DistilBertModel **.TFDistilBertModel **.DistilBertForSequenceClassification
**.TFDistilBertForSequenceClassification **.DistilBertForTokenClassification **.TFDistilBertForTokenClassification
**.DistilBertForMaskedLM **.TFDistilBertForMaskedLM **.DistilBertForQuestionAnswering
**.TFDistilBertForQuestionAnswering **.RobertaModel **.TFRobertaModel **.RobertaForSequenceClassification
**.TFRobertaForSequenceClassification **.RobertaForTokenClassification **.TFRobertaForTokenClassification
**.RobertaForMaskedLM **.TFRobertaForMaskedLM **.RobertaForCausalLM **.TFRobertaForCausalLM
**.RobertaForQuestionAnswering **.TFRobertaForQuestionAnswering **.XLMRobertaModel **.TFXLMRobertaModel
**.XLMRobertaForSequenceClassification **.TFXLMRobertaForSequenceClassification **.XLMRobertaForTokenClassification
**.TFXLMRobertaForTokenClassification **.AlbertModel **.TFAlbertModel **.AlbertForSequenceClassification
**.TFAlbertForSequenceClassification **.GPT2Model **.TFGPT2Model **.GPT2LMHeadModel **.TFGPT2LMHeadModel
**.GPT2ForSequenceClassification **.TFGPT2ForSequenceClassification **.GPT2DoubleHeadsModel
**.TFGPT2DoubleHeadsModel **.T5Model **.TFT5Model **.T5ForConditionalGeneration **.TFT5ForConditionalGeneration
**.BartModel **.TFBartModel **.BartForConditionalGeneration **.TFBartForConditionalGeneration **.MarianMTModel
**.TFMarianMTModel **.PegasusForConditionalGeneration **.TFPegasusForConditionalGeneration **.LlamaModel
**.TFLlamaModel **.LlamaForCausalLM **.TFLlamaForCausalLM **.MistralForCausalLM **.TFMistralForCausalLM **.CLIPModel
**.TFCLIPModel **.CLIPTextModel **.TFCLIPTextModel **.CLIPVisionModel **.TFCLIPVisionModel **.ViTModel **.TFViTModel
**.ViTForImageClassification **.TFViTForImageClassification **.WhisperModel **.TFWhisperModel
**.WhisperForConditionalGeneration **.TFWhisperForConditionalGeneration **.Wav2Vec2Model **.TFWav2Vec2Model
**.Wav2Vec2ForCTC **.TFWav2Vec2ForCTC **.BlipForConditionalGeneration **.TFBlipForConditionalGeneration
**.BlipForQuestionAnswering **.TFBlipForQuestionAnswering **.Blip2ForConditionalGeneration
**.TFBlip2ForConditionalGeneration **.ViltForQuestionAnswering **.TFViltForQuestionAnswering
**.DetrForObjectDetection **.TFDetrForObjectDetection **.SegformerForSemanticSegmentation
**.TFSegformerForSemanticSegmentation : object
  from_pretrained : reads(pretrained_model_name_or_path@0) draws -> PreTrainedModel
  from_config : draws -> PreTrainedModel
  __call__ forward call : changes(self except data) draws -> view(unknown)
  generate : changes(self except data) changes(streamer) draws -> new(unknown)
  train eval zero_grad requires_grad_ to cuda cpu half float double bfloat16 resize_token_embeddings tie_weights
  gradient_checkpointing_enable gradient_checkpointing_disable enable_input_require_grads load_state_dict apply
  add_adapter load_adapter set_adapter prune_heads init_weights freeze_feature_encoder freeze_feature_extractor
  compile
  build prepare_inputs_for_generation load_weights set_input_embeddings register_forward_hook
  : changes(self *) -> receiver
  fit evaluate train_on_batch : changes(self *) draws -> view(unknown)
  predict : draws -> new(unknown)
  prepare_tf_dataset : -> holding(unknown)
  parameters named_parameters modules named_modules children named_children buffers state_dict get_input_embeddings
  get_output_embeddings get_encoder get_decoder : -> view(unknown)
  num_parameters get_memory_footprint num_params count_params : -> constant
  summary print_trainable_parameters : pure
  save_pretrained save save_weights : writes(save_directory@0 filepath@0)
  push_to_hub : sends(huggingface) -> constant
  .device .dtype .name_or_path .training : -> constant
  .* : -> view(unknown)

class **.Pipeline **.TextClassificationPipeline **.TextGenerationPipeline : object
  __call__ predict transform : draws -> new(unknown)
  save_pretrained : writes(save_directory@0)
  .tokenizer .model .feature_extractor .image_processor .device .task : -> view(unknown)

class **.TrainingArguments **.Seq2SeqTrainingArguments : object
  to_dict to_json_string to_sanitized_dict get_warmup_steps : -> container
  set_training set_evaluate set_logging set_save set_optimizer set_push_to_hub : changes(self) -> receiver

class **.DataCollatorWithPadding **.DataCollatorForTokenClassification **.DataCollatorForLanguageModeling
  **.DataCollatorForSeq2Seq **.DataCollatorForMultipleChoice **.DefaultDataCollator **.DataCollatorForWholeWordMask
  **.DataCollatorForPermutationLanguageModeling : object
  __call__ : draws -> new(unknown)

# A run writes its checkpoints
class **.Trainer **.Seq2SeqTrainer : object
  train hyperparameter_search : changes(self) draws writes(any) -> new(unknown)
  predict : draws -> new(unknown)
  evaluate evaluation_loop prediction_loop : changes(self) draws -> new(unknown)
  save_model save_state save_metrics log_metrics create_model_card : changes(self) writes(any)
  push_to_hub : changes(self) sends(huggingface) -> constant
  add_callback remove_callback pop_callback log create_optimizer create_scheduler create_optimizer_and_scheduler
  init_hf_repo : changes(self *) -> view(unknown)
  get_train_dataloader get_eval_dataloader get_test_dataloader is_world_process_zero : -> view(unknown)
  .model .args .state .optimizer .lr_scheduler .train_dataset .eval_dataset .accelerator .tokenizer .processing_class
  : -> view(unknown)
"""
_DATASETS = """
load_dataset load_from_disk : reads(path@0 dataset_path@0 data_files data_dir) -> holding(Dataset)
load_metric : reads(path@0) -> Metric
load_dataset_builder get_dataset_config_names get_dataset_split_names get_dataset_infos list_datasets
: -> holding(unknown)
concatenate_datasets interleave_datasets : -> holding(Dataset)
Dataset.from_dict Dataset.from_list Dataset.from_pandas Dataset.from_generator Dataset.from_polars
: -> holding(Dataset)
Dataset.from_csv Dataset.from_json Dataset.from_parquet Dataset.from_text : reads(path_or_paths@0) -> holding(Dataset)
Features Value ClassLabel Sequence Audio Image Array2D Array3D Translation DatasetInfo DownloadConfig Split.TRAIN
: -> object
disable_progress_bar enable_progress_bar disable_caching enable_caching disable_progress_bars enable_progress_bars
logging.set_verbosity_error logging.set_verbosity logging.set_verbosity_warning utils.logging.set_verbosity_error
: configures

# A transformation returns a new data set; it caches its result in files of its own
class Dataset DatasetDict IterableDataset IterableDatasetDict : object
  map filter batch : draws(*) -> holding(self)
  select sort shard flatten flatten_indices rename_column rename_columns remove_columns select_columns cast
  cast_column
  class_encode_column add_column add_item with_format with_transform skip take repeat to_iterable_dataset
  align_labels_with_mapping
  prepare_for_task : -> holding(self)
  shuffle : draws(unless seed@0 generator) -> holding(self)
  train_test_split : draws(unless seed generator) -> holding(DatasetDict)
  set_format set_transform reset_format add_faiss_index add_elasticsearch_index drop_index cleanup_cache_files
  set_epoch
  clear update pop setdefault __setitem__ : changes(self *) -> view(unknown)
  save_to_disk : writes(dataset_path@0 dataset_dict_path@0)
  to_csv to_json to_parquet : writes(path_or_buf@0) -> constant
  to_sql : writes(con@1) -> constant
  push_to_hub : sends(huggingface) -> constant
  to_pandas : -> new(pandas.DataFrame)
  to_polars : -> new(unknown)
  to_dict to_list unique iter keys values items get : -> view(unknown)
  to_tf_dataset : draws -> holding(unknown)
  get_nearest_examples get_nearest_examples_batch search search_batch formatted_as __len__ __contains__
  : -> view(unknown)
  .num_rows .num_columns .shape .split .fingerprint .description : -> constant
  .column_names .features .info .data .cache_files .format : -> view(unknown)
  __getitem__ __iter__ : -> view(unknown)
class Metric : object
  compute : changes(self) -> container
  add add_batch : changes(self)
"""
_EVALUATE = """
load : reads(path@0) -> Metric
combine : -> Metric
list_evaluation_modules : -> container
evaluator : -> object
class Metric : object
  compute : changes(self) draws -> container
  add add_batch : changes(self)
  .name .description .citation .features .inputs_description : -> view(unknown)
"""
_HUGGINGFACE_HUB = """
login notebook_login logout interpreter_login : process
hf_hub_download snapshot_download : writes(local_dir) receives(huggingface) -> constant
list_repo_files list_models list_datasets model_info dataset_info file_exists repo_exists get_full_repo_name whoami
get_token
HfFolder.get_token : receives(huggingface) -> container
create_repo delete_repo upload_file upload_folder push_to_hub_keras update_repo_visibility create_branch create_tag
delete_file
: sends(huggingface) -> constant
from_pretrained_keras : reads(any) -> unknown
class HfApi HfFileSystem Repository InferenceClient : object
  create_repo delete_repo upload_file upload_folder delete_file create_branch create_tag push_to_hub git_push git_add
  git_commit git_pull : changes(self) sends(huggingface) -> constant
  list_repo_files list_models list_datasets model_info dataset_info file_exists repo_exists whoami
  : receives(huggingface) -> container
  chat_completion text_generation text_to_image feature_extraction summarization translation : draws -> new(unknown)
"""
_PEFT = """
get_peft_model : changes(model@0) draws -> view(transformers.PreTrainedModel)
prepare_model_for_kbit_training prepare_model_for_int8_training
: changes(model@0) -> view(transformers.PreTrainedModel)
LoraConfig PromptTuningConfig PrefixTuningConfig PromptEncoderConfig IA3Config AdaLoraConfig PeftConfig TaskType
: -> object
PeftConfig.from_pretrained LoraConfig.from_pretrained : reads(pretrained_model_name_or_path@0) -> object
get_peft_model_state_dict : -> view(unknown)
set_peft_model_state_dict : changes(model@0)
PeftModel.from_pretrained : changes(model@0) reads(model_id@1) -> view(transformers.PreTrainedModel)
AutoPeftModelForCausalLM.from_pretrained AutoPeftModelForSequenceClassification.from_pretrained
AutoPeftModel.from_pretrained
: reads(pretrained_model_name_or_path@0) -> transformers.PreTrainedModel
"""
_TRL = """
class **.SFTConfig **.DPOConfig **.GRPOConfig **.PPOConfig **.ORPOConfig **.KTOConfig **.RewardConfig **.CPOConfig
  **.ModelConfig (transformers.TrainingArguments)
class **.SFTTrainer **.DPOTrainer **.GRPOTrainer **.PPOTrainer **.ORPOTrainer **.KTOTrainer **.RewardTrainer
**.CPOTrainer
  (transformers.Trainer)
functions
setup_chat_format : changes(*) -> list(unknown)
"""
_ACCELERATE = """
Accelerator : process -> Accelerator
utils.set_seed : seeds
class Accelerator : object
  prepare backward clip_grad_norm_ wait_for_everyone unwrap_model save_state load_state
  free_memory autocast end_training init_trackers : changes(self *) -> view(unknown)
  save save_model : writes(f@1 save_directory@1)
  .device .is_main_process .is_local_main_process .num_processes .process_index : -> constant
"""
_SENTENCE_TRANSFORMERS = """
util.cos_sim util.dot_score util.semantic_search util.pytorch_cos_sim util.paraphrase_mining util.community_detection
util.normalize_embeddings : -> view(unknown)
InputExample losses.CosineSimilarityLoss losses.MultipleNegativesRankingLoss losses.ContrastiveLoss losses.TripletLoss
losses.SoftmaxLoss models.Transformer models.Pooling models.Dense models.Normalize
evaluation.EmbeddingSimilarityEvaluator
: -> object
SentenceTransformer CrossEncoder : reads(model_name_or_path@0 model_name@0) draws -> holding(SentenceTransformer)
class SentenceTransformer CrossEncoder : object
  encode encode_query encode_document predict rank similarity tokenize : draws -> new(table)
  fit train eval to evaluate half : changes(self *) draws -> view(unknown)
  save save_pretrained : writes(path@0)
  get_sentence_embedding_dimension get_max_seq_length : -> constant
"""
_DIFFUSERS = """
class **.DiffusionPipeline **.StableDiffusionPipeline **.StableDiffusionXLPipeline **.StableDiffusionImg2ImgPipeline
  **.StableDiffusionInpaintPipeline **.DDPMPipeline **.DDIMPipeline **.AutoPipelineForText2Image **.FluxPipeline
  : object
  from_pretrained : reads(pretrained_model_name_or_path@0) -> DiffusionPipeline
  __call__ : changes(self except data) draws -> new(unknown)
  to enable_attention_slicing enable_model_cpu_offload enable_xformers_memory_efficient_attention load_lora_weights
  set_progress_bar_config enable_vae_slicing fuse_lora : changes(self *) -> receiver
  save_pretrained : writes(save_directory@0)
  .* : -> view(unknown)
class **.DDPMScheduler **.DDIMScheduler **.PNDMScheduler **.EulerDiscreteScheduler **.LMSDiscreteScheduler
  **.DPMSolverMultistepScheduler **.UNet2DModel **.UNet2DConditionModel **.AutoencoderKL : object
  from_pretrained : reads(pretrained_model_name_or_path@0) -> DDPMScheduler
  from_config : draws -> DDPMScheduler
  encode decode : draws -> new(unknown)
  __call__ step add_noise set_timesteps to train eval scale_model_input
  : changes(self *) draws -> view(unknown)
  .* : -> view(unknown)
functions
UNet2DModel UNet2DConditionModel AutoencoderKL : draws -> holding(DDPMScheduler)
"""

MODELS = (
    LibraryModel(library="transformers", rules=_TRANSFORMERS),
    LibraryModel(library="datasets", rules=_DATASETS),
    LibraryModel(library="evaluate", rules=_EVALUATE),
    LibraryModel(library="huggingface_hub", rules=_HUGGINGFACE_HUB),
    LibraryModel(library="peft", rules=_PEFT),
    LibraryModel(library="trl", rules=_TRL),
    LibraryModel(library="accelerate", rules=_ACCELERATE),
    LibraryModel(library="sentence_transformers", rules=_SENTENCE_TRANSFORMERS),
    LibraryModel(library="diffusers", rules=_DIFFUSERS),
)
