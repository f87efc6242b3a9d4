"""Gradient boosting: XGBoost, LightGBM and CatBoost. Without ``random_state`` they use a fixed seed."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_ESTIMATOR = """
              fit : changes(self except data) -> receiver
              predict predict_proba predict_log_proba apply decision_function staged_predict staged_predict_proba
              inplace_predict get_feature_importance get_score get_fscore calc_leaf_indexes get_dump
              trees_to_dataframe
              eval_metrics : -> table
              score evals_result num_features num_boosted_rounds best_iteration num_trees feature_name : pure
              get_params get_all_params get_xgb_params get_booster : -> view(unknown)
              set_params load_config reset_parameter set_attr set_param set_feature_names : changes -> receiver
              save_model dump_model : writes(fname@0 filename@0)
              load_model : changes reads(fname@0)
              set_fit_request set_predict_request set_score_request : changes -> receiver
              .feature_importances_ .coef_ .intercept_ .classes_ : -> view(table)
              .best_score .best_score_ .best_iteration_ .n_features_in_ : pure
              .booster_ .best_estimator_ : -> view(unknown)
"""

MODELS = (
    LibraryModel(
        library="xgboost",
        rules=f"""
            class **.XGBClassifier **.XGBRegressor **.XGBRanker **.XGBRFClassifier **.XGBRFRegressor **.Booster
            : object
            {_ESTIMATOR}
              update boost : changes(self except data)
              eval eval_set : changes(self except data)
            class **.DMatrix **.QuantileDMatrix : object
              set_label set_weight set_base_margin set_info set_group set_float_info set_uint_info : changes
              get_label get_weight get_data num_row num_col get_base_margin slice : -> table
              save_binary : writes(fname@0)
            functions
            train : changes(xgb_model evals_result) -> Booster
            cv : -> table
            plot_importance plot_tree : changes(ax@1 ax) figure -> view(matplotlib.Axes) of ax@1 ax
            set_config : configures
            get_config : -> container
            config_context : -> object
        """,
    ),
    LibraryModel(
        library="lightgbm",
        rules=f"""
            class **.LGBMClassifier **.LGBMRegressor **.LGBMRanker **.LGBMModel **.Booster : object
            {_ESTIMATOR}
              update rollback_one_iter eval eval_valid eval_train add_valid refit : changes(self except data)
              feature_importance current_iteration num_model_per_iteration : -> table
              save_model : writes(filename@0)
            class **.Dataset : object
              construct set_label set_weight set_group set_init_score set_reference set_field set_categorical_feature
              set_feature_name add_features_from : changes -> receiver
              get_label get_weight get_data num_data num_feature create_valid subset get_field : -> table
              save_binary : writes(filename@0)
            functions
            train : changes(@1 train_set) -> Booster
            cv : changes(@1 train_set) -> container
            early_stopping log_evaluation record_evaluation reset_parameter : -> unknown
            plot_importance plot_metric plot_tree plot_split_value_histogram : changes(ax) figure
            -> view(matplotlib.Axes) of ax
            register_logger : configures
        """,
    ),
    LibraryModel(
        library="catboost",
        rules=f"""
            class **.CatBoostClassifier **.CatBoostRegressor **.CatBoostRanker **.CatBoost : object
            {_ESTIMATOR}
              fit : changes(self except data) writes(any) -> receiver
              get_best_score get_best_iteration get_evals_result is_fitted get_feature_names get_cat_feature_indices
              calc_feature_statistics compare shrink : -> container
            class **.Pool : object
              get_label get_weight get_features num_row num_col slice shape get_feature_names : -> table
              set_label set_weight set_baseline set_feature_names quantize : changes -> receiver
              save : writes(fname@0)
            functions
            cv train : writes(any) -> unknown
            sum_models to_regressor to_classifier : -> unknown
        """,
    ),
)
