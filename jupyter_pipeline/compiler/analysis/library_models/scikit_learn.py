"""scikit-learn: estimators, which `fit` changes, and functions that fit and draw.

Estimators and splitters with a parameter ``random_state`` are random objects without it.
"""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS", "RULES"]

_ESTIMATOR = """
            class base.BaseEstimator : object
              fit partial_fit : changes(self except data) draws(self) -> receiver
              fit_transform fit_predict : changes(self except data) draws(self) -> view(table) of self
              transform : overwrites(copy) draws(self) -> table
              predict predict_proba predict_log_proba predict_joint_log_proba decision_function
              inverse_transform score_samples staged_predict staged_predict_proba staged_decision_function apply
              decision_path kneighbors kneighbors_graph radius_neighbors radius_neighbors_graph predict_quantiles
              mahalanobis get_covariance get_precision log_marginal_likelihood bic aic get_support
              reconstruction_error perplexity error_norm sample sample_y gibbs cost_complexity_pruning_path
              : draws(self) -> table
              path : draws -> table
              score : draws(self)
              get_params : -> holding(container)
              get_metadata_routing : -> view(unknown)
              get_feature_names_out get_n_leaves get_depth get_n_splits get_stop_words
              get_indices get_shape get_submatrix decode n_features_in : -> table
              build_analyzer build_preprocessor build_tokenizer : -> unknown
              set_params set_output set_fit_request set_predict_request set_score_request set_transform_request
              set_partial_fit_request set_inverse_transform_request set_decision_function_request
              set_predict_proba_request set_predict_log_proba_request densify sparsify restrict
              : overwrites(copy copy_X copy_x copy_X_train) changes -> receiver
              correct_covariance reweight_covariance dbscan_clustering : changes -> table
              .named_steps .named_transformers_ .named_estimators_ .named_estimators .best_estimator_ .estimator
              .estimators_ .estimator_ .steps .transformers_ .transformers .base_estimator_ .final_estimator_
              : -> view(unknown)
              # pipelines
              __getitem__ : -> view(unknown)
"""

_PLAIN = """
    ARDRegression AdditiveChi2Sampler AgglomerativeClustering BayesianRidge BernoulliNB Binarizer Birch CCA
    CalibratedClassifierCV CategoricalNB ClassicalMDS ColumnTransformer ComplementNB CountVectorizer DBSCAN
    DictVectorizer DummyRegressor EmpiricalCovariance FeatureAgglomeration FeatureHasher FeatureUnion
    FixedThresholdClassifier FrozenEstimator FunctionTransformer GammaRegressor GaussianNB GenericUnivariateSelect
    GraphicalLasso GraphicalLassoCV GridSearchCV HDBSCAN HashingVectorizer HuberRegressor IncrementalPCA Isomap
    IsotonicRegression KNNImputer KNeighborsClassifier KNeighborsRegressor KNeighborsTransformer KernelCenterer
    KernelDensity KernelRidge LabelBinarizer LabelEncoder LabelPropagation LabelSpreading LarsCV LassoLarsCV
    LassoLarsIC LedoitWolf LinearDiscriminantAnalysis LinearRegression LocalOutlierFactor MaxAbsScaler MeanShift
    MinMaxScaler MissingIndicator MultiLabelBinarizer MultiOutputClassifier MultiOutputRegressor MultinomialNB
    NearestCentroid NearestNeighbors Normalizer NuSVR OAS OPTICS OneClassSVM OneHotEncoder OneVsOneClassifier
    OneVsRestClassifier OrdinalEncoder OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV PLSCanonical
    PLSRegression PLSSVD Pipeline PoissonRegressor PolynomialFeatures PowerTransformer QuadraticDiscriminantAnalysis
    QuantileRegressor RFE RFECV RadiusNeighborsClassifier RadiusNeighborsRegressor RadiusNeighborsTransformer
    RidgeCV RidgeClassifierCV RobustScaler SVR SelectFdr SelectFpr SelectFromModel SelectFwe SelectKBest
    SelectPercentile SelfTrainingClassifier SequentialFeatureSelector ShrunkCovariance SimpleImputer SparseCoder
    SplineTransformer StackingClassifier StackingRegressor StandardScaler TfidfTransformer TfidfVectorizer
    TransformedTargetRegressor TweedieRegressor VarianceThreshold VotingClassifier VotingRegressor
"""
_RANDOM = """
    AdaBoostClassifier AdaBoostRegressor AffinityPropagation BaggingClassifier BaggingRegressor
    BayesianGaussianMixture BernoulliRBM BisectingKMeans ClassifierChain DecisionTreeClassifier
    DecisionTreeRegressor DictionaryLearning DummyClassifier ElasticNet ElasticNetCV EllipticEnvelope
    ExtraTreeClassifier ExtraTreeRegressor ExtraTreesClassifier ExtraTreesRegressor FactorAnalysis FastICA
    GaussianMixture GaussianProcessClassifier GaussianProcessRegressor GaussianRandomProjection
    GradientBoostingClassifier GradientBoostingRegressor HistGradientBoostingClassifier
    HistGradientBoostingRegressor IsolationForest KBinsDiscretizer KMeans KernelPCA Lars Lasso LassoCV LassoLars
    LatentDirichletAllocation LinearSVC LinearSVR LocallyLinearEmbedding LogisticRegression LogisticRegressionCV MDS
    MLPClassifier MLPRegressor MinCovDet MiniBatchDictionaryLearning MiniBatchKMeans MiniBatchNMF MiniBatchSparsePCA
    MultiTaskElasticNet MultiTaskElasticNetCV MultiTaskLasso MultiTaskLassoCV NMF NeighborhoodComponentsAnalysis
    NuSVC Nystroem OutputCodeClassifier PCA PassiveAggressiveClassifier PassiveAggressiveRegressor PatchExtractor
    Perceptron PolynomialCountSketch QuantileTransformer RANSACRegressor RBFSampler RandomForestClassifier
    RandomForestRegressor RandomTreesEmbedding RandomizedSearchCV RegressorChain Ridge RidgeClassifier SGDClassifier
    SGDOneClassSVM SGDRegressor SVC SkewedChi2Sampler SparsePCA SparseRandomProjection SpectralBiclustering
    SpectralClustering SpectralCoclustering SpectralEmbedding TSNE TargetEncoder TheilSenRegressor TruncatedSVD
    TunedThresholdClassifierCV
"""
"""Estimators and splitters that draw unless they have a ``random_state``."""


def _names(text: str, prefix: str) -> str:
    return " ".join(f"{prefix}{name}" for name in text.split())


_CLASSES = f"""
            class {_names(_PLAIN + _RANDOM, "**.")} (BaseEstimator)
            class **.KFold **.StratifiedKFold **.ShuffleSplit **.StratifiedShuffleSplit **.GroupShuffleSplit
            **.RepeatedKFold **.RepeatedStratifiedKFold **.StratifiedGroupKFold **.GroupKFold **.LeaveOneOut
            **.LeavePOut **.LeaveOneGroupOut **.LeavePGroupsOut **.TimeSeriesSplit **.PredefinedSplit
            **.ParameterGrid **.ParameterSampler : object
              split __iter__ : draws(self) lazy -> iterator
              get_n_splits get_metadata_routing __len__ : pure
              set_split_request : changes -> receiver
            class **.ConfusionMatrixDisplay **.RocCurveDisplay **.PrecisionRecallDisplay **.DetCurveDisplay
            **.CalibrationDisplay **.PartialDependenceDisplay **.DecisionBoundaryDisplay **.LearningCurveDisplay
            **.ValidationCurveDisplay **.PredictionErrorDisplay : object
              plot : changes(self ax) figure -> receiver
              from_estimator : changes(ax) draws(*) figure -> holding(ConfusionMatrixDisplay) of ax
              from_predictions : changes(ax) figure -> holding(ConfusionMatrixDisplay) of ax
              .ax_ : -> view(matplotlib.Axes)
              .figure_ : -> view(matplotlib.Figure)
              .im_ .line_ : -> view(matplotlib.Artist)
            class **.Bunch : object
              keys values items get : -> view(unknown)
            functions
            {_names(_RANDOM, "**.")}
            : random(unless random_state) overwrites(copy copy_X copy_x copy_X_train) -> BaseEstimator
            {_names(_PLAIN, "**.")}
            : overwrites(copy copy_X copy_x copy_X_train) -> BaseEstimator
            **.StratifiedShuffleSplit **.ShuffleSplit **.GroupShuffleSplit **.RepeatedKFold
            **.RepeatedStratifiedKFold **.ParameterSampler : random(unless random_state) -> KFold
            **.KFold **.StratifiedKFold **.StratifiedGroupKFold **.GroupKFold : random(unless random_state) -> KFold
"""

_FUNCTIONS = """
            model_selection.train_test_split : draws(unless random_state) -> list(table)
            **.cross_val_score **.cross_val_predict **.permutation_test_score **.learning_curve
            **.validation_curve : draws(*) -> table
            **.cross_validate : draws(*) -> container
            **.check_cv : -> KFold
            utils.shuffle : draws(unless random_state) -> table
            utils.resample : draws(unless random_state) -> list(table)
            inspection.permutation_importance : draws(*) draws(unless random_state) -> Bunch
            inspection.partial_dependence : draws(*) -> Bunch
            pipeline.make_pipeline : -> Pipeline
            pipeline.make_union : -> FeatureUnion
            compose.make_column_transformer : -> ColumnTransformer
            compose.make_column_selector : -> unknown
            base.clone : -> deepcopy
            base.is_classifier base.is_regressor : pure
            set_config : configures
            config_context : -> object
            get_config : -> container
            show_versions : pure
            datasets.load_iris datasets.load_wine datasets.load_breast_cancer datasets.load_digits
            datasets.load_diabetes datasets.load_linnerud : -> unknown
            datasets.make_biclusters datasets.make_blobs datasets.make_checkerboard datasets.make_circles
            datasets.make_classification datasets.make_friedman1 datasets.make_friedman2 datasets.make_friedman3
            datasets.make_gaussian_quantiles datasets.make_hastie_10_2 datasets.make_low_rank_matrix
            datasets.make_moons datasets.make_multilabel_classification datasets.make_regression
            datasets.make_s_curve datasets.make_sparse_coded_signal datasets.make_sparse_spd_matrix
            datasets.make_sparse_uncorrelated datasets.make_spd_matrix datasets.make_swiss_roll
            : draws(unless random_state) -> list(table)
            datasets.fetch_20newsgroups datasets.fetch_20newsgroups_vectorized datasets.fetch_california_housing
            datasets.fetch_covtype datasets.fetch_file datasets.fetch_kddcup99 datasets.fetch_lfw_pairs
            datasets.fetch_lfw_people datasets.fetch_olivetti_faces datasets.fetch_openml datasets.fetch_rcv1
            datasets.fetch_species_distributions
            : reads(any) writes(data_home@0) draws(unless random_state) -> unknown
            datasets.load_files : reads(any) draws(unless random_state) -> Bunch
            datasets.load_svmlight_file : reads(f@0) -> list(table)
            datasets.dump_svmlight_file : writes(f@2)
            datasets.load_sample_image datasets.load_sample_images : -> unknown
            metrics.silhouette_score : draws(unless random_state) -> table
            metrics.classification_report : pure
            metrics.accuracy_score metrics.adjusted_mutual_info_score metrics.adjusted_rand_score metrics.auc
            metrics.average_precision_score metrics.balanced_accuracy_score metrics.brier_score_loss
            metrics.calinski_harabasz_score metrics.class_likelihood_ratios metrics.cohen_kappa_score
            metrics.completeness_score metrics.confusion_matrix metrics.consensus_score metrics.coverage_error
            metrics.d2_absolute_error_score metrics.d2_log_loss_score metrics.d2_pinball_score
            metrics.d2_tweedie_score metrics.davies_bouldin_score metrics.dcg_score metrics.det_curve
            metrics.euclidean_distances metrics.explained_variance_score metrics.f1_score metrics.fbeta_score
            metrics.fowlkes_mallows_score metrics.hamming_loss metrics.hinge_loss metrics.homogeneity_score
            metrics.homogeneity_completeness_v_measure metrics.jaccard_score metrics.label_ranking_loss
            metrics.label_ranking_average_precision_score metrics.log_loss metrics.matthews_corrcoef
            metrics.max_error metrics.mean_absolute_error metrics.mean_absolute_percentage_error
            metrics.mean_gamma_deviance metrics.mean_pinball_loss metrics.mean_poisson_deviance
            metrics.mean_squared_error metrics.mean_squared_log_error metrics.mean_tweedie_deviance
            metrics.median_absolute_error metrics.multilabel_confusion_matrix metrics.mutual_info_score
            metrics.nan_euclidean_distances metrics.ndcg_score metrics.normalized_mutual_info_score
            metrics.pair_confusion_matrix metrics.pairwise_distances metrics.pairwise_distances_argmin
            metrics.pairwise_distances_argmin_min metrics.pairwise_kernels metrics.precision_recall_curve
            metrics.precision_recall_fscore_support metrics.precision_score metrics.r2_score metrics.rand_score
            metrics.recall_score metrics.roc_auc_score metrics.roc_curve metrics.root_mean_squared_error
            metrics.root_mean_squared_log_error metrics.silhouette_samples metrics.top_k_accuracy_score
            metrics.v_measure_score metrics.zero_one_loss metrics.cluster.contingency_matrix
            metrics.pairwise.cosine_similarity metrics.pairwise.cosine_distances
            metrics.pairwise.euclidean_distances metrics.pairwise.manhattan_distances
            metrics.pairwise.haversine_distances metrics.pairwise.linear_kernel metrics.pairwise.rbf_kernel
            metrics.pairwise.polynomial_kernel metrics.pairwise.sigmoid_kernel metrics.pairwise.pairwise_distances
            utils.class_weight.compute_class_weight utils.class_weight.compute_sample_weight
            calibration.calibration_curve : -> table
            metrics.make_scorer metrics.get_scorer : -> unknown
            metrics.get_scorer_names : -> container
            preprocessing.add_dummy_feature preprocessing.label_binarize feature_selection.chi2
            feature_selection.f_classif feature_selection.f_regression feature_selection.r_regression : -> table
            feature_selection.mutual_info_classif feature_selection.mutual_info_regression
            : draws(unless random_state) -> table
            tree.plot_tree : changes(ax) figure -> view(list(matplotlib.Artist)) of ax
            tree.export_text : pure
            tree.export_graphviz : writes(out_file@1)
            utils.Bunch : -> Bunch
            utils.estimator_html_repr : pure
            # Without a seed, it is the global generator
            utils.check_random_state : random(unless seed@0) -> view(numpy.random.RandomState) of seed@0
"""

RULES = _ESTIMATOR + _CLASSES + _FUNCTIONS
"""Rules, for libraries with the same API, too."""

MODELS = (LibraryModel(library="sklearn", rules=RULES, patching={"sklearn.experimental.": "sklearn"}),)
