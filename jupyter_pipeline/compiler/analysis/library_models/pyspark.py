"""PySpark: a data frame is evaluated lazily, and holds its session, whose catalog writes and views change."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_PYSPARK = """
SparkConf SparkContext SparkContext.getOrCreate context.SparkContext sql.SQLContext sql.HiveContext
: configures -> SparkSession
sql.SparkSession.builder.getOrCreate : configures -> SparkSession
sql.SparkSession.builder.appName sql.SparkSession.builder.master sql.SparkSession.builder.config
sql.SparkSession.builder.enableHiveSupport sql.SparkSession.builder.remote : configures -> Builder
sql.SparkSession.getActiveSession : -> SparkSession
sql.functions.abs sql.functions.acos sql.functions.add_months sql.functions.approx_count_distinct
sql.functions.array sql.functions.array_contains sql.functions.array_distinct sql.functions.array_join
sql.functions.array_max sql.functions.array_min sql.functions.array_sort sql.functions.asc sql.functions.ascii
sql.functions.asin sql.functions.atan sql.functions.atan2 sql.functions.avg sql.functions.base64
sql.functions.bround sql.functions.broadcast sql.functions.bucket sql.functions.cbrt sql.functions.ceil
sql.functions.coalesce sql.functions.col sql.functions.collect_list sql.functions.collect_set sql.functions.column
sql.functions.concat sql.functions.concat_ws sql.functions.conv sql.functions.corr sql.functions.cos
sql.functions.count sql.functions.countDistinct sql.functions.count_distinct sql.functions.covar_pop
sql.functions.crc32 sql.functions.create_map sql.functions.cume_dist sql.functions.current_date
sql.functions.current_timestamp sql.functions.date_add sql.functions.date_format sql.functions.date_sub
sql.functions.date_trunc sql.functions.datediff sql.functions.dayofmonth sql.functions.dayofweek
sql.functions.dayofyear sql.functions.decode sql.functions.degrees sql.functions.dense_rank sql.functions.desc
sql.functions.element_at sql.functions.encode sql.functions.exp sql.functions.explode sql.functions.explode_outer
sql.functions.expm1 sql.functions.expr sql.functions.factorial sql.functions.first sql.functions.flatten
sql.functions.floor sql.functions.format_number sql.functions.format_string sql.functions.from_json
sql.functions.from_unixtime sql.functions.from_utc_timestamp sql.functions.get_json_object sql.functions.greatest
sql.functions.grouping sql.functions.hash sql.functions.hex sql.functions.hour sql.functions.hypot
sql.functions.initcap sql.functions.input_file_name sql.functions.instr sql.functions.isnan sql.functions.isnull
sql.functions.json_tuple sql.functions.kurtosis sql.functions.lag sql.functions.last sql.functions.last_day
sql.functions.lead sql.functions.least sql.functions.length sql.functions.levenshtein sql.functions.lit
sql.functions.locate sql.functions.log sql.functions.log10 sql.functions.log1p sql.functions.log2
sql.functions.lower sql.functions.lpad sql.functions.ltrim sql.functions.map_from_arrays sql.functions.map_keys
sql.functions.map_values sql.functions.max sql.functions.md5 sql.functions.mean sql.functions.min
sql.functions.minute sql.functions.mode sql.functions.monotonically_increasing_id sql.functions.month
sql.functions.months_between sql.functions.nanvl sql.functions.next_day sql.functions.ntile sql.functions.overlay
sql.functions.percent_rank sql.functions.percentile_approx sql.functions.posexplode sql.functions.pow
sql.functions.quarter sql.functions.radians sql.functions.rank sql.functions.regexp_extract
sql.functions.regexp_replace sql.functions.repeat sql.functions.reverse sql.functions.rint sql.functions.round
sql.functions.row_number sql.functions.rpad sql.functions.rtrim sql.functions.second sql.functions.sequence
sql.functions.sha1 sql.functions.sha2 sql.functions.shiftLeft sql.functions.sin sql.functions.size
sql.functions.skewness sql.functions.slice sql.functions.sort_array sql.functions.soundex
sql.functions.spark_partition_id sql.functions.split sql.functions.sqrt sql.functions.stddev
sql.functions.stddev_pop sql.functions.stddev_samp sql.functions.struct sql.functions.substring
sql.functions.substring_index sql.functions.sum sql.functions.sumDistinct sql.functions.tan sql.functions.to_date
sql.functions.to_json sql.functions.to_timestamp sql.functions.to_utc_timestamp sql.functions.transform
sql.functions.translate sql.functions.trim sql.functions.trunc sql.functions.unbase64 sql.functions.unhex
sql.functions.unix_timestamp sql.functions.upper sql.functions.var_pop sql.functions.var_samp sql.functions.variance
sql.functions.weekofyear sql.functions.when sql.functions.window sql.functions.year sql.functions.zip_with
: -> holding(Column)
sql.functions.rand sql.functions.randn : draws(unless seed@0) -> holding(Column)
sql.functions.udf sql.functions.pandas_udf : -> unknown
sql.types.StringType sql.types.IntegerType sql.types.LongType sql.types.DoubleType sql.types.FloatType
sql.types.BooleanType sql.types.DateType sql.types.TimestampType sql.types.ArrayType sql.types.MapType
sql.types.StructType sql.types.StructField sql.types.DecimalType sql.types.ShortType sql.types.ByteType
sql.types.BinaryType sql.types.NullType sql.types.DataType sql.Row sql.types.Row ml.linalg.Vectors.dense
ml.linalg.Vectors.sparse sql.Window.partitionBy
sql.Window.orderBy sql.Window.rowsBetween sql.window.Window.partitionBy sql.window.Window.orderBy
StorageLevel.MEMORY_ONLY
StorageLevel.MEMORY_AND_DISK : -> holding(Column)
ml.feature.VectorAssembler ml.feature.StringIndexer ml.feature.OneHotEncoder ml.feature.StandardScaler
ml.feature.MinMaxScaler ml.feature.Tokenizer ml.feature.RegexTokenizer ml.feature.StopWordsRemover
ml.feature.HashingTF ml.feature.IDF ml.feature.CountVectorizer ml.feature.PCA ml.feature.Bucketizer
ml.feature.IndexToString ml.feature.VectorIndexer ml.feature.Imputer ml.feature.Word2Vec ml.feature.Normalizer
ml.feature.PolynomialExpansion ml.classification.LogisticRegression ml.classification.RandomForestClassifier
ml.classification.DecisionTreeClassifier ml.classification.GBTClassifier ml.classification.NaiveBayes
ml.classification.LinearSVC ml.classification.MultilayerPerceptronClassifier ml.regression.LinearRegression
ml.regression.RandomForestRegressor ml.regression.DecisionTreeRegressor ml.regression.GBTRegressor
ml.regression.GeneralizedLinearRegression ml.clustering.KMeans ml.clustering.BisectingKMeans
ml.clustering.GaussianMixture ml.clustering.LDA ml.recommendation.ALS ml.evaluation.BinaryClassificationEvaluator
ml.evaluation.MulticlassClassificationEvaluator ml.evaluation.RegressionEvaluator ml.evaluation.ClusteringEvaluator
ml.tuning.CrossValidator ml.tuning.TrainValidationSplit ml.tuning.ParamGridBuilder ml.Pipeline ml.PipelineModel
: -> holding(Estimator)
ml.PipelineModel.load : reads(any) -> Estimator

class Builder : object
  appName master config enableHiveSupport remote : changes(self) -> receiver
  getOrCreate : configures -> SparkSession
class SparkSession : object
  createDataFrame range : -> holding(DataFrame)
  parallelize emptyRDD : -> holding(RDD)
  textFile wholeTextFiles binaryFiles : opens(name@0 path@0) -> holding(RDD)
  table : -> holding(DataFrame)
  sql : changes(self) writes(any) -> holding(DataFrame)
  stop setLogLevel addPyFile addFile setCheckpointDir newSession set setAppName setMaster setJobGroup
  setLocalProperty : changes(self *)
  -> receiver
  broadcast accumulator : -> holding(unknown)
  getConf get : -> view(unknown)
  .read .readStream : -> holding(Reader)
  .catalog .conf .udf .streams : -> view(unknown)
  .sparkContext : -> view(SparkSession)
  .version .appName .master .defaultParallelism .uiWebUrl .applicationId : -> constant
  __enter__ : -> receiver
class Reader : object
  option format schema : changes(self) -> receiver
  csv json parquet orc text textFile : opens(path@0) -> holding(DataFrame)
  load : opens(path@0 any) -> holding(DataFrame)
  jdbc table : receives(*) -> holding(DataFrame)
class Writer : object
  option format partitionBy bucketBy sortBy : changes(self) -> receiver
  csv json parquet orc text save : changes(self) writes(path@0 any)
  saveAsTable insertInto jdbc : changes(self) sends(*)
class DataFrame : object
  select selectExpr filter where withColumn withColumns withColumnRenamed drop dropDuplicates drop_duplicates
  distinct dropna fillna
  replace join crossJoin union unionAll unionByName intersect subtract exceptAll orderBy sort sortWithinPartitions
  limit alias agg
  groupBy groupby rollup cube describe summary toDF hint repartition coalesce repartitionByRange transform
  withWatermark
  mapInPandas melt unpivot offset to approxQuantile crosstab freqItems colRegex : draws(*) -> holding(DataFrame)
  sample : draws(unless seed@2) -> holding(DataFrame)
  sampleBy randomSplit : draws(unless seed@1) -> holding(list(DataFrame))
  count sum avg mean max min pivot apply applyInPandas : draws(self) -> holding(DataFrame)
  collect take first head tail toLocalIterator foreach foreachPartition isEmpty show printSchema explain
  : draws(self) -> unknown
  toPandas : draws(self) -> pandas.DataFrame
  cache persist unpersist checkpoint localCheckpoint : -> receiver
  createOrReplaceTempView createTempView createGlobalTempView createOrReplaceGlobalTempView
  registerTempTable : changes(self)
  -> receiver
  .write .writeStream : -> holding(Writer)
  .rdd : -> holding(RDD)
  .na .stat : -> holding(DataFrame)
  .columns .dtypes : -> container
  .schema .storageLevel : -> holding(Column)
  .isStreaming : -> constant
  .* : -> holding(Column)
  __getitem__ : -> holding(Column)
class Column : object
  alias asc desc asc_nulls_last desc_nulls_last between cast astype contains endswith startswith isNull isNotNull
  isin like rlike
  substr when otherwise over eqNullSafe getItem getField bitwiseAND name partitionBy orderBy rowsBetween
  rangeBetween asDict
  withField dropFields : -> holding(Column)
  add : changes(self) -> receiver
  .* : -> holding(Column)
  __getitem__ __iter__ : -> holding(Column)
class RDD : object
  map flatMap filter mapValues flatMapValues reduceByKey groupByKey sortByKey sortBy join leftOuterJoin
  rightOuterJoin union
  intersection subtract distinct keys values keyBy mapPartitions mapPartitionsWithIndex zip zipWithIndex glom
  cartesian
  coalesce repartition partitionBy combineByKey aggregateByKey groupBy pipe toDF cogroup : draws(*) -> holding(RDD)
  sample : draws(unless seed@2) -> holding(RDD)
  takeSample : draws(unless seed@2) -> unknown
  collect take first count reduce fold aggregate countByKey countByValue top takeOrdered max min sum mean stats stdev
  variance foreach foreachPartition isEmpty getNumPartitions lookup collectAsMap toDebugString histogram
  : draws(self) -> unknown
  saveAsTextFile saveAsPickleFile : writes(path@0)
  cache persist unpersist checkpoint setName : -> receiver
  .context : -> view(SparkSession)
class Estimator : object
  fit : draws -> holding(Estimator)
  transform : draws -> holding(DataFrame)
  evaluate : draws -> unknown
  addGrid baseOn set clear : changes(self *) -> receiver
  setInputCol setOutputCol setFeaturesCol setLabelCol setPredictionCol setMaxIter setSeed setK setStages
  setInputCols setParams
  setMetricName setRegParam setNumTrees : changes(self) -> receiver
  build copy extractParamMap explainParams recommendForAllUsers recommendForAllItems findSynonyms clusterCenters
  describeTopics
  : -> holding(unknown)
  save : writes(path@0)
  .* : -> holding(unknown)
"""

MODELS = (LibraryModel(library="pyspark", rules=_PYSPARK),)
