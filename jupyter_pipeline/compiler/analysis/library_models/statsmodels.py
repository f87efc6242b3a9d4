"""statsmodels: models, whose formulas read variables of the caller, and results."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
            formula.api.ols formula.api.glm formula.api.logit formula.api.probit formula.api.wls formula.api.gls
            formula.api.glsar formula.api.rlm formula.api.poisson formula.api.negativebinomial formula.api.mixedlm
            formula.api.mnlogit formula.api.quantreg formula.api.gee formula.api.phreg formula.api.glmgam
            formula.api.nominal_gee formula.api.ordinal_gee formula.api.conditional_logit
            formula.api.conditional_mnlogit formula.api.conditional_poisson : names -> Model
            **.from_formula : names -> Model

            class **.Model **.OLS **.GLS **.WLS **.GLSAR **.RLM **.GLM **.GEE **.Logit **.Probit **.MNLogit **.Poisson
            **.NegativeBinomial **.QuantReg **.MixedLM **.PHReg **.RecursiveLS **.AutoReg **.ARIMA **.SARIMAX **.ARDL
            **.ExponentialSmoothing **.SimpleExpSmoothing **.Holt **.ETSModel **.VAR **.VARMAX **.UnobservedComponents
            **.MarkovRegression **.MarkovAutoregression **.DynamicFactor **.STL **.GLMGam **.PCA **.AnovaRM
            **.OrderedModel **.GeneralizedPoisson **.ZeroInflatedPoisson : object
              fit fit_regularized fit_constrained filter smooth : changes(self except data) -> Results
              predict loglike score hessian information whiten select_order : -> table
              from_formula : names -> Model
              .endog .exog .scores .loadings .factors : -> view(table)
              .endog_names .exog_names .nobs .df_model .df_resid .formula : pure
            class **.Results **.Summary : object
              summary summary2 get_prediction get_forecast get_robustcov_results append extend apply
              test_serial_correlation
              : -> holding(Results)
              predict forecast conf_int cov_params fittedvalues summary_frame t_test f_test wald_test wald_test_terms
              compare_f_test compare_lr_test compare_lm_test get_influence outlier_test het_white simulate
              impulse_responses irf fevd test_causality test_normality test_whiteness get_margeff pred_table
              anova_table as_text as_html as_latex as_csv tables summary_col : -> holding(Results)
              simulate : draws(unless random_state rng) -> table
              remove_data initialize : changes
              save : writes(fname@0)
              load : reads(fname@0) -> Results
              plot plot_diagnostics plot_predict plot_forecast plot_components plot_simultaneous
              : changes(fig ax) figure -> view(matplotlib.Figure) of fig ax
              .params .pvalues .tvalues .bse .resid .fittedvalues .trend .seasonal .observed .weights
              .predicted_mean .se_mean .random_effects .resid_pearson .resid_deviance : -> view(table)
              .rsquared .rsquared_adj .aic .bic .llf .nobs .fvalue .f_pvalue .mse_resid .df_model .df_resid .scale
              : pure
              .model : -> view(Model)

            functions
            api.add_constant tools.tools.add_constant tools.add_constant : -> table
            api.qqplot api.qqline api.qqplot_2samples api.ProbPlot : changes(ax line@6) figure
            -> view(matplotlib.Figure) of ax
            api.graphics.* graphics.* tsa.graphics.* : changes(ax fig) figure -> view(matplotlib.Figure) of ax fig
            graphics.gofplots.qqplot graphics.tsaplots.plot_acf graphics.tsaplots.plot_pacf
            : changes(ax) figure -> view(matplotlib.Figure) of ax
            api.stats.* stats.* stats.api.* tsa.stattools.* api.tsa.adfuller api.tsa.acf api.tsa.pacf api.tsa.kpss
            api.tsa.coint api.tsa.stattools.* tsa.api.adfuller tsa.api.acf tsa.api.pacf tsa.filters.*
            api.tsa.filters.*
            nonparametric.* api.nonparametric.* api.families.* genmod.families.* genmod.cov_struct.* api.cov_struct.*
            : -> holding(Results)
            tsa.seasonal.seasonal_decompose api.tsa.seasonal_decompose tsa.api.seasonal_decompose
            iolib.summary2.summary_col iolib.summary.Summary : -> holding(Results)
            api.tsa.arma_generate_sample tsa.arima_process.arma_generate_sample : draws(unless distrvs) -> table
            api.datasets.* datasets.* : reads(any) -> unknown
            api.load load_pickle iolib.smpickle.load_pickle api.load_pickle : reads(fname@0) -> unknown
"""

MODELS = (LibraryModel(library="statsmodels", rules=_RULES),)
