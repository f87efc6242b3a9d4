"""Clients of services: a request that changes a service is linked with later requests to it."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_BOTO3 = """
Session session.Session session.session.Session : -> Session
setup_default_session : configures
set_stream_logger : configures
client : -> Client
resource : -> Client
class Session : object
  client resource : -> holding(Client)
  get_credentials get_available_regions get_available_services get_available_resources get_available_partitions
  get_frozen_credentials : -> view(unknown)
  .region_name .profile_name : -> constant
  .available_profiles .events : -> view(unknown)

# Methods of clients and of resources are those of the service
class Client : object
  get_object head_object head_bucket list_objects list_objects_v2 list_buckets list_object_versions
  get_bucket_location
  get_bucket_policy describe_training_job describe_endpoint describe_model describe_processing_job
  describe_transform_job
  describe_notebook_instance describe_stacks describe_instances describe_images describe_table describe_execution
  list_training_jobs list_endpoints list_models list_tables list_functions get_caller_identity get_role get_policy
  list_roles list_attached_role_policies get_function get_query_execution get_query_results get_item batch_get_item
  query scan
  get_log_events describe_log_streams get_secret_value get_parameter generate_presigned_url generate_presigned_post
  get_authorization_token describe_repositories get_job describe_jobs describe_pipeline describe_pipeline_execution
  list_pipelines
  list_pipeline_executions list_pipeline_execution_steps describe_model_package list_model_packages
  describe_feature_group get_record
  describe_domain describe_user_profile describe_hyper_parameter_tuning_job describe_auto_ml_job
  describe_labeling_job can_paginate
  : receives(aws) -> new(unknown)
  invoke_endpoint invoke invoke_model invoke_model_with_response_stream converse detect_entities detect_sentiment
  detect_labels detect_faces detect_text translate_text start_query_execution : sends(aws) changes(*) -> new(unknown)
  upload_file : reads(Filename@0) sends(aws)
  upload_fileobj : changes(*) sends(aws)
  download_file : writes(Filename@2 Filename@1) receives(aws)
  download_fileobj : changes(*) receives(aws)
  put_object put copy_object copy copy_from delete delete_object delete_objects create_bucket delete_bucket
  put_bucket_policy put_object_acl put_bucket_cors put_bucket_notification_configuration create_role delete_role
  attach_role_policy detach_role_policy put_role_policy create_policy create_model delete_model create_endpoint
  delete_endpoint update_endpoint create_endpoint_config delete_endpoint_config create_training_job stop_training_job
  create_processing_job create_transform_job create_hyper_parameter_tuning_job create_auto_ml_job create_pipeline
  start_pipeline_execution create_function update_function_code add_permission delete_function create_stack
  delete_stack
  execute_statement batch_execute_statement execute_transaction transact_write_items
  put_item update_item delete_item batch_write_item create_table delete_table put_record send_message publish
  create_repository delete_repository create_crawler start_crawler start_job_run create_job put_metric_data
  create_database
  put_scaling_policy register_scalable_target create_model_package create_model_package_group
  create_feature_group delete_feature_group assume_role : sends(aws) -> new(unknown)
  Object Bucket Table Queue Topic ObjectSummary Role BucketPolicy get_paginator get_waiter : -> holding(Client)
  wait wait_until_exists load reload : receives(aws) changes(self)
  paginate all filter limit get read : receives(aws) -> holding(unknown)
  .meta .objects .buckets .exceptions .tables .Acl .Policy : -> holding(Client)
  .name .key .bucket_name .arn .size .last_modified .creation_date .e_tag : -> constant
"""
_BOTOCORE = """
exceptions.ClientError exceptions.NoCredentialsError exceptions.BotoCoreError exceptions.EndpointConnectionError
exceptions.ParamValidationError client.Config config.Config UNSIGNED handlers.disable_signing : -> object
session.get_session session.Session : -> boto3.Session
response.StreamingBody : -> iterator
"""
_SAGEMAKER = """
get_execution_role session.get_execution_role : receives(aws) -> constant
image_uris.retrieve amazon.amazon_estimator.get_image_uri amazon_estimator.get_image_uri script_uris.retrieve
model_uris.retrieve hyperparameters.retrieve_default instance_types.retrieve utils.name_from_base
utils.name_from_image
utils.unique_name_from_base : -> constant
s3_input inputs.TrainingInput TrainingInput inputs.FileSystemInput inputs.CreateModelInput inputs.TransformInput
serializers.CSVSerializer serializers.JSONSerializer serializers.IdentitySerializer serializers.NumpySerializer
deserializers.JSONDeserializer deserializers.CSVDeserializer deserializers.BytesDeserializer
deserializers.NumpyDeserializer
predictor.csv_serializer predictor.json_deserializer processing.ProcessingInput processing.ProcessingOutput
ProcessingInput ProcessingOutput tuner.IntegerParameter tuner.ContinuousParameter tuner.CategoricalParameter
parameter.IntegerParameter parameter.ContinuousParameter parameter.CategoricalParameter
model_monitor.DataCaptureConfig
model_monitor.DatasetFormat.csv model_monitor.CronExpressionGenerator.hourly debugger.DebuggerHookConfig
debugger.Rule.sagemaker debugger.rule_configs.vanishing_gradient clarify.DataConfig clarify.ModelConfig
clarify.BiasConfig
clarify.SHAPConfig clarify.ModelPredictedLabelConfig workflow.parameters.ParameterString
workflow.parameters.ParameterInteger
workflow.parameters.ParameterFloat workflow.conditions.ConditionLessThanOrEqualTo workflow.properties.PropertyFile
network.NetworkConfig serverless.ServerlessInferenceConfig async_inference.AsyncInferenceConfig
feature_store.feature_definition.FeatureDefinition model_metrics.MetricsSource model_metrics.ModelMetrics : -> object
s3.S3Uploader.upload : reads(local_path@0) sends(aws) -> constant
s3.S3Downloader.download : writes(local_path@1) receives(aws)
s3.S3Downloader.list s3.S3Downloader.read_file : receives(aws) -> container
s3.S3Uploader.upload_string_as_file_body : sends(aws) -> constant
s3.parse_s3_url s3.s3_path_join : -> constant
Session session.Session : -> Session
class Session LocalSession : object
  default_bucket : changes(self except data) sends(aws) -> constant
  upload_data : reads(path@0) sends(aws) -> constant
  upload_string_as_file_body delete_endpoint delete_endpoint_config delete_model wait_for_job logs_for_job
  endpoint_from_job
  create_model wait_for_endpoint : sends(aws) -> constant
  download_data : writes(path@0) receives(aws)
  read_s3_file list_s3_files describe_training_job get_caller_identity_arn expand_role account_id
  : receives(aws) -> container
  .boto_region_name .default_bucket_prefix : -> constant
  .boto_session .sagemaker_client .sagemaker_runtime_client .config : -> view(boto3.Client)

# Jobs run on the service
class **.Estimator **.EstimatorBase **.TensorFlow **.PyTorch **.SKLearn **.XGBoost **.MXNet **.HuggingFace **.Chainer
  **.RLEstimator **.KMeans **.PCA **.LinearLearner **.FactorizationMachines **.LDA **.NTM **.RandomCutForest **.KNN
  **.Object2Vec
  **.HyperparameterTuner **.AutoML **.JumpStartEstimator **.Model **.TensorFlowModel **.PyTorchModel **.SKLearnModel
  **.XGBoostModel **.MXNetModel **.HuggingFaceModel **.PipelineModel **.MultiDataModel **.ModelPackage
  **.JumpStartModel
  **.Transformer **.Predictor **.RealTimePredictor **.TensorFlowPredictor **.Processor **.ScriptProcessor
  **.SKLearnProcessor **.PySparkProcessor **.FrameworkProcessor **.SageMakerClarifyProcessor **.DefaultModelMonitor
  **.ModelQualityMonitor **.ModelBiasMonitor **.ModelExplainabilityMonitor **.FeatureGroup **.Pipeline **.TrainingStep
  **.ProcessingStep **.CreateModelStep **.TransformStep **.ConditionStep **.ModelStep **.RegisterModel **.TuningStep
  **.PipelineSession : object
  fit deploy transform transformer create_model register delete_endpoint delete_model delete_predictor run run_bias
  run_explainability
  run_pre_training_bias run_post_training_bias wait attach stop create update delete upsert start ingest
  enable_data_capture update_data_capture_config create_monitoring_schedule delete_monitoring_schedule
  suggest_baseline
  start_monitoring_schedule stop_monitoring_schedule set_hyperparameters load_feature_definitions list_inputs
  compile_model
  add_model load_from_endpoint record_set : changes(self) sends(aws) reads(any) -> holding(Estimator)
  predict predict_async invoke_endpoint : sends(aws) -> new(unknown)
  analytics training_job_analytics best_training_job describe describe_schedule list_executions
  latest_monitoring_statistics
  latest_monitoring_constraint_violations hyperparameters get_record athena_query definition logs jobs list_models
  baseline_statistics suggested_constraints : receives(aws) -> view(unknown)
  .endpoint .endpoint_name .model_data .name .latest_training_job .latest_job .image_uri .role .output_path
  .latest_transform_job .latest_tuning_job .session .sagemaker_session .properties .jobs .model : -> view(unknown)
"""
_GOOGLE = """
colab.drive.mount colab.drive.flush_and_unmount colab.auth.authenticate_user : process
colab.files.upload : writes(any) -> container
colab.files.download : reads(filename@0)
colab.files.view : reads(filepath@0)
colab.userdata.get : -> constant
colab.output.clear colab.output.no_vertical_scroll colab.output.eval_js colab.output.register_callback
colab.output.enable_custom_widget_manager colab.data_table.enable_dataframe_formatter
colab.data_table.disable_dataframe_formatter
colab.data_table.load_ipython_extension : configures
colab.patches.cv2_imshow : pure
colab.data_table.DataTable colab.widgets.TabBar colab.widgets.Grid : -> object
auth.default : receives(google) -> list(unknown)
oauth2.service_account.Credentials.from_service_account_file : reads(filename@0) -> unknown
generativeai.configure : configures
cloud.storage.Client cloud.bigquery.Client : -> Client
cloud.storage.transfer_manager.download_chunks_concurrently : writes(any)
cloud.bigquery.LoadJobConfig cloud.bigquery.QueryJobConfig cloud.bigquery.SchemaField
cloud.bigquery.ScalarQueryParameter
cloud.bigquery.Dataset cloud.bigquery.Table cloud.bigquery.DatasetReference cloud.bigquery.TableReference
api_core.retry.Retry api_core.exceptions.NotFound : -> object
class Client : object
  bucket get_bucket blob get_blob dataset table get_dataset get_table job get_job list_jobs
  : receives(google) -> holding(Client)
  # SQL that does more than read changes the service, and a job may still run when `query` returns
  query query_and_wait : receives(google) queries(query@0) -> holding(Client)
  result : sends(google) -> holding(Client)
  list_blobs list_buckets list_datasets list_tables list_rows exists download_as_string download_as_bytes
  download_as_text fetchall state : receives(google) -> holding(Client)
  to_dataframe : receives(google) -> new(pandas.DataFrame)
  to_arrow : receives(google) -> new(pyarrow.Table)
  download_to_filename : writes(filename@0) receives(google)
  download_blob_to_file download_to_file : changes(*) receives(google)
  upload_from_filename : reads(filename@0) sends(google)
  upload_from_string upload_from_file delete delete_blob create_bucket create_dataset create_table delete_table
  delete_dataset
  load_table_from_dataframe load_table_from_uri load_table_from_json load_table_from_file insert_rows insert_rows_json
  insert_rows_from_dataframe copy_table undelete_table create_routine delete_routine update_routine update_dataset
  copy_blob compose patch delete_blobs cancel_job
  rename_blob
  make_public extract_table update_table : changes(*) sends(google) -> holding(Client)
  .name .project .public_url .size .num_rows .total_rows .schema .path : -> view(unknown)
  __iter__ : -> view(unknown)
"""
_EE = """
Initialize Authenticate Reset : process
class Image ImageCollection Feature FeatureCollection Geometry Number String List Dictionary Date Filter Reducer
Kernel Join
  Array Algorithms Classifier Clusterer Terrain Projection DateRange Element Model ComputedObject batch.Export
  batch.Task Pixel
  Geometry.Point Geometry.Polygon Geometry.Rectangle Geometry.LineString Geometry.MultiPoint Geometry.MultiPolygon
  : object
  getInfo getMapId getThumbURL getDownloadURL getThumbId getDownloadId getTileUrl computePixels evaluate
  : receives(earthengine) -> new(unknown)
  start cancel : changes(self) sends(earthengine)
  status active list : receives(earthengine) -> new(unknown)
  serialize : -> constant
  abs add addBands aggregate_array aggregate_count aggregate_max aggregate_mean aggregate_min aggregate_stats
  aggregate_sum aggregate_histogram
  advance And area arrayGet arrayFlatten arrayProject arraySlice arrayToImage toArray aside bandNames bitwiseAnd
  blend bounds buffer cat centroid
  classify clip clipToCollection clipToBoundsAndScale cluster coefficient combine connectedComponents
  connectedPixelCount
  contains containedIn convolve coordinates copyProperties cos count coveringGrid date difference distance distinct
  divide
  directionalDistanceTransform eq entropy errorMatrix exp expression fastDistanceTransform filter filterBounds
  filterDate filterMetadata
  first flatten floor focalMax focalMean focalMin focal_max focal_mean focal_min format fromImages geometry get
  getArray
  getNumber getString getRange glcmTexture gradient gt gte hypot iterate intersection intersects inverse invert join
  keys lt lte limit linkCollection log log10 map mask max mean median merge metadata millis min mod mode mosaic
  multiply neighborhoodToArray neighborhoodToBands neq normalizedDifference Not Or paint pow projection propertyNames
  qualityMosaic random randomPoints randomColumn randomVisualizer reduce reduceColumns reduceNeighborhood
  reduceRegion reduceRegions
  reduceResolution reduceToImage reduceToVectors register reproject remap removeAll rename repeat replace resample
  reverse round sample sampleRegions
  sampleRectangle select selfMask sequence set setOutputMode simplify sin size slice sort spectralDistance sqrt
  stratifiedSample
  style subtract sum tan toBands toByte toDictionary toDouble toFloat toInt toInt16 toInt32 toInt64 toInt8 toList
  toShort
  toUint16 toUint32 toUint8 train trained transform translate type typeName uint8 union unitScale unmask updateMask
  values
  visualize where zip accuracy kappa producersAccuracy consumersAccuracy confusionMatrix explain hillshade slope
  aspect
  products constant pixelArea pixelLonLat pixelCoordinates loadGeoTIFF rgb cumulativeCost displace medialAxis
  equals lessThan greaterThan lessThanOrEquals greaterThanOrEquals notEquals inList stringContains rangeContains
  dayOfYear
  calendarRange isContained withinDistance notNull Point Polygon Rectangle LineString MultiPoint MultiPolygon BBox
  linearFit linearRegression histogram percentile stdDev variance minMax fixedHistogram autoHistogram group unweighted
  smileRandomForest smileCart smileNaiveBayes libsvm minimumDistance wekaKMeans wekaCobweb wekaXMeans gaussian
  circle square laplacian8 sobel prewitt roberts fixed euclidean manhattan saveAll saveFirst saveBest inner simple
  getRelative getInterval unitScale fromYMD parse index nominalScale crs atScale length split index match toLowerCase
  : -> holding(Image)
  __getitem__ : -> view(unknown)
functions
Filter.eq Filter.lt Filter.gt Filter.lte Filter.gte Filter.neq Filter.bounds Filter.date Filter.And Filter.Or
Filter.Not
Filter.inList Filter.notNull Filter.calendarRange Filter.equals : -> Filter
batch.Export.image.toDrive batch.Export.image.toAsset batch.Export.image.toCloudStorage batch.Export.table.toDrive
batch.Export.table.toAsset batch.Export.table.toCloudStorage batch.Export.video.toDrive : -> holding(Task)
data.getAssetRoots data.listAssets data.getAsset data.getTaskList data.listOperations data.getInfo
: receives(earthengine) -> container
data.createAsset data.deleteAsset data.startProcessing data.cancelTask data.copyAsset data.setAssetAcl
: sends(earthengine) -> container
data.setCloudApiKey data.setDeadline : configures
EEException : -> object
"""
_YFINANCE = """
download : receives(yahoo) -> pandas.DataFrame
set_tz_cache_location enable_debug_mode pdr_override : configures
class Ticker Tickers : object
  history : changes(self except data) receives(yahoo) -> new(pandas.DataFrame)
  get_info option_chain get_dividends get_splits get_actions get_earnings_dates get_recommendations
  get_balance_sheet get_cashflow
  get_financials get_news : receives(yahoo) -> new(unknown)
  .info .fast_info .dividends .splits .actions .financials .balance_sheet .cashflow .earnings .recommendations
  .options
  .quarterly_financials .quarterly_balance_sheet .quarterly_cashflow .major_holders .institutional_holders .news
  .calendar
  .income_stmt .sustainability .earnings_dates .isin .tickers : -> view(unknown)
"""
_PANDAS_DATAREADER = """
DataReader data.DataReader data.get_data_yahoo data.get_data_fred get_data_yahoo get_data_fred wb.download wb.search
data.get_data_stooq fred.FredReader : receives(datareader) -> pandas.DataFrame
"""
_WGET = """
download : writes(out@1 out any) receives(url@0) -> constant
"""
_OPENAI = """
class OpenAI AzureOpenAI AsyncOpenAI AsyncAzureOpenAI Client : object
  .* : -> view(OpenAI)
  create parse stream retrieve list generate edit : sends(openai) -> new(unknown)
functions
ChatCompletion.create Completion.create Embedding.create Image.create Moderation.create chat.completions.create
embeddings.create images.generate files.create fine_tuning.jobs.create : sends(openai) -> new(unknown)
RateLimitError OpenAIError APIError BadRequestError APIConnectionError : -> object
"""
_MLFLOW = """
set_tracking_uri set_experiment set_registry_uri autolog sklearn.autolog xgboost.autolog lightgbm.autolog
tensorflow.autolog
pytorch.autolog keras.autolog pyspark.ml.autolog enable_system_metrics_logging end_run set_tag set_tags log_param
log_params log_metric log_metrics create_experiment delete_experiment register_model delete_run
: configures sends(mlflow) -> view(unknown)
start_run : configures sends(mlflow) -> Run
log_artifact log_artifacts log_figure log_dict log_text log_image log_table log_input sklearn.log_model
xgboost.log_model
lightgbm.log_model tensorflow.log_model keras.log_model pytorch.log_model pyfunc.log_model spark.log_model evaluate
: configures reads(any) sends(mlflow) -> view(unknown)
sklearn.save_model pytorch.save_model xgboost.save_model pyfunc.save_model keras.save_model : writes(path@1 path@0)
sklearn.load_model pyfunc.load_model pytorch.load_model xgboost.load_model keras.load_model lightgbm.load_model
: reads(model_uri@0) receives(mlflow) -> new(unknown)
active_run get_run get_experiment get_experiment_by_name search_experiments last_active_run get_tracking_uri
get_artifact_uri
: receives(mlflow) -> new(unknown)
search_runs : receives(mlflow) -> new(pandas.DataFrame)
models.infer_signature models.signature.infer_signature models.ModelSignature data.from_pandas : -> object
tracking.MlflowClient MlflowClient client.MlflowClient : -> MlflowClient
class Run : object
  .info .data : -> view(unknown)
  __enter__ : -> receiver
class MlflowClient : object
  create_experiment create_run log_param log_metric log_artifact set_tag set_terminated delete_run register_model
  create_registered_model create_model_version transition_model_version_stage update_model_version
  delete_registered_model delete_model_version set_registered_model_alias log_batch
  : reads(any) sends(mlflow) -> new(unknown)
  get_run get_experiment get_experiment_by_name search_runs search_experiments list_experiments get_metric_history
  list_artifacts get_latest_versions search_model_versions get_model_version search_registered_models
  get_registered_model
  get_model_version_by_alias : receives(mlflow) -> new(unknown)
  download_artifacts : writes(any) receives(mlflow) -> constant
"""
_WANDB = """
login setup : process
init : configures process writes(any) sends(wandb) -> Run
log finish define_metric watch unwatch alert agent save log_artifact
: configures reads(any) sends(wandb) changes(*) -> view(unknown)
sweep : sends(wandb) -> constant
Image Table Histogram Video Audio Html Object3D Molecule plot.scatter plot.line plot.bar plot.histogram
plot.confusion_matrix
plot.roc_curve plot.pr_curve Settings : -> object
Artifact : -> Run
Api : -> Run
class Run : object
  log finish save log_artifact use_artifact define_metric watch alert log_code add_file add_dir add add_reference
  wait update
  delete new_file summary_update : changes(self *) reads(any) sends(wandb) -> view(unknown)
  download file : writes(any) receives(wandb) -> constant
  history scan_history run runs artifact artifacts files sweep project projects reports get get_path
  : receives(wandb) -> new(unknown)
  .config .summary .id .name .url .project .entity .path .dir .tags .notes : -> view(unknown)
  __enter__ : -> receiver
"""
_LANGCHAIN = """
PromptTemplate prompts.PromptTemplate prompts.PromptTemplate.from_template PromptTemplate.from_template
prompts.ChatPromptTemplate.from_messages prompts.ChatPromptTemplate.from_template prompts.ChatPromptTemplate
schema.HumanMessage schema.SystemMessage schema.AIMessage text_splitter.RecursiveCharacterTextSplitter
text_splitter.CharacterTextSplitter : -> unknown
verbose debug globals.set_verbose globals.set_debug : configures
"""

MODELS = (
    LibraryModel(library="boto3", rules=_BOTO3),
    LibraryModel(library="botocore", rules=_BOTOCORE),
    LibraryModel(library="sagemaker", rules=_SAGEMAKER),
    LibraryModel(library="google", rules=_GOOGLE),
    LibraryModel(library="ee", rules=_EE),
    LibraryModel(library="yfinance", rules=_YFINANCE),
    LibraryModel(library="pandas_datareader", rules=_PANDAS_DATAREADER),
    LibraryModel(library="wget", rules=_WGET),
    LibraryModel(library="openai", rules=_OPENAI),
    LibraryModel(library="mlflow", rules=_MLFLOW),
    LibraryModel(library="wandb", rules=_WANDB),
    LibraryModel(library="langchain", rules=_LANGCHAIN),
)
