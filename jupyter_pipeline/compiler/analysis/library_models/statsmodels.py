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
              predict loglike score hessian information select_order : -> table
              whiten : -> view(table)
              from_formula : names -> Model
              .endog .exog .scores .loadings .factors : -> view(table)
              .exog_names : -> view(container)
              .endog_names .nobs .df_model .df_resid .formula : pure
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
            api.graphics.abline_plot api.graphics.add_ellipse api.graphics.add_lowess
            api.graphics.added_variable_resids api.graphics.beanplot api.graphics.ceres_resids
            api.graphics.create_mpl_ax api.graphics.create_mpl_fig api.graphics.fboxplot api.graphics.hdrboxplot
            api.graphics.influence_plot api.graphics.interaction_plot api.graphics.mean_diff_plot
            api.graphics.partial_resids api.graphics.plot_ccpr api.graphics.plot_ccpr_grid api.graphics.plot_corr
            api.graphics.plot_corr_grid api.graphics.plot_fit api.graphics.plot_leverage_resid2
            api.graphics.plot_partregress api.graphics.plot_partregress_grid api.graphics.plot_regress_exog
            api.graphics.qqplot api.graphics.rainbow api.graphics.rainbowplot api.graphics.violinplot
            graphics.agreement.mean_diff_plot graphics.api.abline_plot graphics.api.add_ellipse
            graphics.api.add_lowess graphics.api.added_variable_resids graphics.api.beanplot
            graphics.api.ceres_resids graphics.api.create_mpl_ax graphics.api.create_mpl_fig graphics.api.fboxplot
            graphics.api.hdrboxplot graphics.api.influence_plot graphics.api.interaction_plot
            graphics.api.mean_diff_plot graphics.api.partial_resids graphics.api.plot_ccpr
            graphics.api.plot_ccpr_grid graphics.api.plot_corr graphics.api.plot_corr_grid graphics.api.plot_fit
            graphics.api.plot_leverage_resid2 graphics.api.plot_partregress graphics.api.plot_partregress_grid
            graphics.api.plot_regress_exog graphics.api.qqplot graphics.api.rainbow graphics.api.rainbowplot
            graphics.api.violinplot graphics.boxplots.beanplot graphics.boxplots.violinplot
            graphics.correlation.plot_corr graphics.correlation.plot_corr_grid graphics.dotplots.dot_plot
            graphics.factorplots.interaction_plot graphics.functional.HdrResults graphics.functional.banddepth
            graphics.functional.fboxplot graphics.functional.hdrboxplot graphics.functional.rainbowplot
            graphics.gofplots.ProbPlot graphics.gofplots.plotting_pos graphics.gofplots.qqline
            graphics.gofplots.qqplot graphics.gofplots.qqplot_2samples graphics.mosaicplot.mosaic
            graphics.plot_grids.scatter_ellipse graphics.plottools.rainbow
            graphics.regressionplots.PartRegressPlotResult graphics.regressionplots.abline_plot
            graphics.regressionplots.add_ellipse graphics.regressionplots.add_lowess
            graphics.regressionplots.added_variable_resids graphics.regressionplots.ceres_resids
            graphics.regressionplots.influence_plot graphics.regressionplots.partial_resids
            graphics.regressionplots.plot_added_variable graphics.regressionplots.plot_ccpr
            graphics.regressionplots.plot_ccpr_grid graphics.regressionplots.plot_ceres_residuals
            graphics.regressionplots.plot_fit graphics.regressionplots.plot_leverage_resid2
            graphics.regressionplots.plot_partial_residuals graphics.regressionplots.plot_partregress
            graphics.regressionplots.plot_partregress_grid graphics.regressionplots.plot_regress_exog
            graphics.tsaplots.month_plot graphics.tsaplots.plot_accf_grid graphics.tsaplots.plot_acf
            graphics.tsaplots.plot_ccf graphics.tsaplots.plot_pacf graphics.tsaplots.plot_pccf
            graphics.tsaplots.plot_predict graphics.tsaplots.quarter_plot graphics.tsaplots.seasonal_diagnostic_plot
            graphics.tsaplots.seasonal_plot graphics.tukeyplot.tukeyplot graphics.utils.annotate_axes
            graphics.utils.create_mpl_ax graphics.utils.create_mpl_fig graphics.utils.get_data_names
            graphics.utils.maybe_name_or_idx : changes(ax fig) figure -> view(matplotlib.Figure) of ax fig
                        api.cov_struct.Appender api.cov_struct.Autoregressive api.cov_struct.CategoricalCovStruct
                        api.cov_struct.ConvergenceWarning api.cov_struct.CovStruct api.cov_struct.Equivalence
                        api.cov_struct.Exchangeable api.cov_struct.GlobalOddsRatio api.cov_struct.Independence
                        api.cov_struct.Nested api.cov_struct.NominalIndependence
                        api.cov_struct.NotImplementedWarning api.cov_struct.OrdinalIndependence
                        api.cov_struct.OutputWarning api.cov_struct.SingularMatrixWarning api.cov_struct.Stationary
                        api.cov_struct.Unstructured api.cov_struct.bool_like api.cov_struct.check_random_state
                        api.cov_struct.cov_nearest api.families.Binomial api.families.Family api.families.Gamma
                        api.families.Gaussian api.families.InverseGaussian api.families.Tweedie
                        api.families.links.CDFLink api.families.links.CLogLog api.families.links.Cauchy
                        api.families.links.Identity api.families.links.InversePower
                        api.families.links.InverseSquared api.families.links.Link api.families.links.Log
                        api.families.links.LogC api.families.links.LogLog api.families.links.Power
                        api.families.links.Sqrt api.families.links.cauchy api.families.links.cloglog
                        api.families.links.identity api.families.links.inverse_power
                        api.families.links.inverse_squared api.families.links.log api.families.links.logc
                        api.families.links.logit api.families.links.loglog api.families.links.nbinom
                        api.families.links.probit api.families.links.sqrt api.families.test
                        api.nonparametric.EstimatorSettings api.nonparametric.KDEMultivariate
                        api.nonparametric.KDEMultivariateConditional api.nonparametric.KDEUnivariate
                        api.nonparametric.KernelCensoredReg api.nonparametric.KernelReg
                        api.nonparametric.cdf_kernel_asym api.nonparametric.lowess api.nonparametric.pdf_kernel_asym
                        api.stats.CompareMeans api.stats.DescrStatsW api.stats.Describe api.stats.FTestAnovaPower
                        api.stats.FTestPower api.stats.FactoredPSDMatrix api.stats.GofChisquarePower
                        api.stats.Mediation api.stats.NormalIndPower api.stats.NullDistribution
                        api.stats.OaxacaBlinder api.stats.RegressionFDR api.stats.Runs api.stats.SquareTable
                        api.stats.StratifiedTable api.stats.TTestIndPower api.stats.TTestPower api.stats.Table
                        api.stats.Table2x2 api.stats.acorr_breusch_godfrey api.stats.acorr_ljungbox
                        api.stats.acorr_lm api.stats.anova_generic api.stats.anova_lm api.stats.anova_oneway
                        api.stats.binom_test api.stats.binom_test_reject_interval api.stats.binom_tost
                        api.stats.binom_tost_reject_interval api.stats.breaks_cusumolsresid api.stats.breaks_hansen
                        api.stats.chisquare_effectsize api.stats.cochrans_q api.stats.cohens_kappa
                        api.stats.combine_effects api.stats.compare_cox api.stats.compare_encompassing
                        api.stats.compare_j api.stats.confint_effectsize_oneway api.stats.confint_mvmean
                        api.stats.confint_mvmean_fromstats api.stats.confint_noncentrality api.stats.confint_poisson
                        api.stats.confint_poisson_2indep api.stats.confint_proportions_2indep
                        api.stats.confint_quantile_poisson api.stats.convert_effectsize_fsqu api.stats.corr_clipped
                        api.stats.corr_nearest api.stats.corr_nearest_factor api.stats.corr_normal_scores
                        api.stats.corr_quadrant api.stats.corr_rank api.stats.corr_thresholded api.stats.cov_cluster
                        api.stats.cov_cluster_2groups api.stats.cov_hac api.stats.cov_hc0 api.stats.cov_hc1
                        api.stats.cov_hc2 api.stats.cov_hc3 api.stats.cov_nearest api.stats.cov_nearest_factor_homog
                        api.stats.cov_nw_panel api.stats.cov_white_simple api.stats.durbin_watson
                        api.stats.effectsize_2proportions api.stats.effectsize_oneway api.stats.effectsize_smd
                        api.stats.equivalence_oneway api.stats.equivalence_oneway_generic
                        api.stats.equivalence_scale_oneway api.stats.etest_poisson_2indep api.stats.f2_to_wellek
                        api.stats.fdrcorrection api.stats.fdrcorrection_twostage api.stats.fleiss_kappa
                        api.stats.fstat_to_wellek api.stats.gof_chisquare_discrete api.stats.het_arch
                        api.stats.het_breuschpagan api.stats.het_goldfeldquandt api.stats.het_white
                        api.stats.jarque_bera api.stats.jonckheere_terpstra api.stats.lilliefors
                        api.stats.linear_harvey_collier api.stats.linear_lm api.stats.linear_rainbow
                        api.stats.linear_reset api.stats.local_fdr api.stats.local_fdr_correction api.stats.mcnemar
                        api.stats.multinomial_proportions_confint api.stats.multipletests
                        api.stats.nonequivalence_poisson_2indep api.stats.normal_ad api.stats.omni_normtest
                        api.stats.pesaran_timmermann api.stats.power_binom_tost
                        api.stats.power_equivalence_neginb_2indep api.stats.power_equivalence_oneway
                        api.stats.power_equivalence_poisson_2indep api.stats.power_negbin_ratio_2indep
                        api.stats.power_poisson_diff_2indep api.stats.power_poisson_ratio_2indep
                        api.stats.power_proportions_2indep api.stats.power_ztost_prop api.stats.powerdiscrepancy
                        api.stats.proportion_confint api.stats.proportion_effectsize api.stats.proportions_chisquare
                        api.stats.proportions_chisquare_allpairs api.stats.proportions_chisquare_pairscontrol
                        api.stats.proportions_ztest api.stats.proportions_ztost api.stats.recursive_olsresiduals
                        api.stats.runstest_1samp api.stats.runstest_2samp api.stats.samplesize_confint_proportion
                        api.stats.samplesize_proportions_2indep_onetail api.stats.se_cov
                        api.stats.simulate_power_equivalence_oneway api.stats.spec_white api.stats.test_cov
                        api.stats.test_cov_blockdiagonal api.stats.test_cov_diagonal api.stats.test_cov_oneway
                        api.stats.test_cov_spherical api.stats.test_mvmean api.stats.test_mvmean_2indep
                        api.stats.test_poisson api.stats.test_poisson_2indep api.stats.test_proportions_2indep
                        api.stats.test_scale_oneway api.stats.tolerance_int_poisson api.stats.tost_poisson_2indep
                        api.stats.tost_proportions_2indep api.stats.transform_corr_normal
                        api.stats.tt_ind_solve_power api.stats.tt_solve_power api.stats.ttest_ind
                        api.stats.ttost_ind api.stats.ttost_paired api.stats.tukeyhsd api.stats.weights_bartlett
                        api.stats.weights_uniform api.stats.wellek_to_f2 api.stats.zconfint
                        api.stats.zt_ind_solve_power api.stats.ztest api.stats.ztost api.tsa.ADFullerResult
                        api.tsa.AcfResult api.tsa.BreakvarHeteroskedasticityResult api.tsa.CcfResult
                        api.tsa.CointResult api.tsa.DieboldMarianoResult api.tsa.JackknifeResult api.tsa.KPSSResult
                        api.tsa.LevinsonDurbinPacfResult api.tsa.LevinsonDurbinResult api.tsa.PacfBurgResult
                        api.tsa.PacfResult api.tsa.PccfResult api.tsa.QStatResult api.tsa.RURResult api.tsa.acovf
                        api.tsa.arma_order_select_ic api.tsa.bds api.tsa.block_jackknife
                        api.tsa.breakvar_heteroskedasticity_test api.tsa.ccf api.tsa.ccovf
                        api.tsa.diebold_mariano_test api.tsa.filters.CycleTrendResult api.tsa.filters.bkfilter
                        api.tsa.filters.cffilter api.tsa.filters.convolution_filter api.tsa.filters.hamilton_filter
                        api.tsa.filters.hpfilter api.tsa.filters.miso_lfilter api.tsa.filters.recursive_filter
                        api.tsa.grangercausalitytests api.tsa.innovations_algo api.tsa.innovations_filter
                        api.tsa.lagmat api.tsa.lagmat2ds api.tsa.levinson_durbin api.tsa.levinson_durbin_pacf
                        api.tsa.leybourne api.tsa.pacf_burg api.tsa.pacf_ols api.tsa.pacf_yw api.tsa.pccf
                        api.tsa.q_stat api.tsa.range_unit_root_test api.tsa.stattools.ADFullerResult
                        api.tsa.stattools.AcfResult api.tsa.stattools.BreakvarHeteroskedasticityResult
                        api.tsa.stattools.CcfResult api.tsa.stattools.CointResult
                        api.tsa.stattools.DieboldMarianoResult api.tsa.stattools.JackknifeResult
                        api.tsa.stattools.KPSSResult api.tsa.stattools.LevinsonDurbinPacfResult
                        api.tsa.stattools.LevinsonDurbinResult api.tsa.stattools.PacfBurgResult
                        api.tsa.stattools.PacfResult api.tsa.stattools.PccfResult api.tsa.stattools.QStatResult
                        api.tsa.stattools.RURResult api.tsa.stattools.acf api.tsa.stattools.acovf
                        api.tsa.stattools.adfuller api.tsa.stattools.arma_order_select_ic api.tsa.stattools.bds
                        api.tsa.stattools.block_jackknife api.tsa.stattools.breakvar_heteroskedasticity_test
                        api.tsa.stattools.ccf api.tsa.stattools.ccovf api.tsa.stattools.coint
                        api.tsa.stattools.diebold_mariano_test api.tsa.stattools.grangercausalitytests
                        api.tsa.stattools.innovations_algo api.tsa.stattools.innovations_filter
                        api.tsa.stattools.kpss api.tsa.stattools.lagmat api.tsa.stattools.lagmat2ds
                        api.tsa.stattools.levinson_durbin api.tsa.stattools.levinson_durbin_pacf
                        api.tsa.stattools.leybourne api.tsa.stattools.pacf api.tsa.stattools.pacf_burg
                        api.tsa.stattools.pacf_ols api.tsa.stattools.pacf_yw api.tsa.stattools.pccf
                        api.tsa.stattools.q_stat api.tsa.stattools.range_unit_root_test
                        api.tsa.stattools.zivot_andrews api.tsa.zivot_andrews genmod.cov_struct.Appender
                        genmod.cov_struct.Autoregressive genmod.cov_struct.CategoricalCovStruct
                        genmod.cov_struct.ConvergenceWarning genmod.cov_struct.CovStruct
                        genmod.cov_struct.Equivalence genmod.cov_struct.Exchangeable
                        genmod.cov_struct.GlobalOddsRatio genmod.cov_struct.Independence genmod.cov_struct.Nested
                        genmod.cov_struct.NominalIndependence genmod.cov_struct.NotImplementedWarning
                        genmod.cov_struct.OrdinalIndependence genmod.cov_struct.OutputWarning
                        genmod.cov_struct.SingularMatrixWarning genmod.cov_struct.Stationary
                        genmod.cov_struct.Unstructured genmod.cov_struct.bool_like
                        genmod.cov_struct.check_random_state genmod.cov_struct.cov_nearest genmod.families.Binomial
                        genmod.families.Family genmod.families.Gamma genmod.families.Gaussian
                        genmod.families.InverseGaussian genmod.families.Tweedie genmod.families.links.CDFLink
                        genmod.families.links.CLogLog genmod.families.links.Cauchy genmod.families.links.Identity
                        genmod.families.links.InversePower genmod.families.links.InverseSquared
                        genmod.families.links.Link genmod.families.links.Log genmod.families.links.LogC
                        genmod.families.links.LogLog genmod.families.links.Power genmod.families.links.Sqrt
                        genmod.families.links.cauchy genmod.families.links.cloglog genmod.families.links.identity
                        genmod.families.links.inverse_power genmod.families.links.inverse_squared
                        genmod.families.links.log genmod.families.links.logc genmod.families.links.logit
                        genmod.families.links.loglog genmod.families.links.nbinom genmod.families.links.probit
                        genmod.families.links.sqrt genmod.families.test nonparametric.bandwidths.bw_normal_reference
                        nonparametric.bandwidths.bw_scott nonparametric.bandwidths.bw_silverman
                        nonparametric.bandwidths.select_bandwidth nonparametric.kde.KDEResult
                        nonparametric.kde.KDEUnivariate nonparametric.kde.kdensity nonparametric.kde.kdensityfft
                        nonparametric.kdetools.counts nonparametric.kdetools.forrt nonparametric.kdetools.kdesum
                        nonparametric.kdetools.revrt nonparametric.kdetools.silverman_transform
                        nonparametric.kernel_density.KDEMultivariate
                        nonparametric.kernel_density.KDEMultivariateConditional
                        nonparametric.kernel_regression.KernelCensoredReg nonparametric.kernel_regression.KernelReg
                        nonparametric.kernel_regression.TestRegCoefC nonparametric.kernel_regression.TestRegCoefD
                        nonparametric.kernels.aitchison_aitken nonparametric.kernels.aitchison_aitken_cdf
                        nonparametric.kernels.aitchison_aitken_convolution
                        nonparametric.kernels.aitchison_aitken_reg nonparametric.kernels.d_gaussian
                        nonparametric.kernels.gaussian nonparametric.kernels.gaussian_cdf
                        nonparametric.kernels.gaussian_convolution nonparametric.kernels.tricube
                        nonparametric.kernels.wang_ryzin nonparametric.kernels.wang_ryzin_cdf
                        nonparametric.kernels.wang_ryzin_convolution nonparametric.kernels.wang_ryzin_reg
                        nonparametric.kernels_asymmetric.cdf_kernel_asym
                        nonparametric.kernels_asymmetric.kernel_cdf_beta
                        nonparametric.kernels_asymmetric.kernel_cdf_beta2
                        nonparametric.kernels_asymmetric.kernel_cdf_bs
                        nonparametric.kernels_asymmetric.kernel_cdf_gamma
                        nonparametric.kernels_asymmetric.kernel_cdf_gamma2
                        nonparametric.kernels_asymmetric.kernel_cdf_invgamma
                        nonparametric.kernels_asymmetric.kernel_cdf_invgauss
                        nonparametric.kernels_asymmetric.kernel_cdf_lognorm
                        nonparametric.kernels_asymmetric.kernel_cdf_recipinvgauss
                        nonparametric.kernels_asymmetric.kernel_cdf_weibull
                        nonparametric.kernels_asymmetric.kernel_pdf_beta
                        nonparametric.kernels_asymmetric.kernel_pdf_beta2
                        nonparametric.kernels_asymmetric.kernel_pdf_bs
                        nonparametric.kernels_asymmetric.kernel_pdf_gamma
                        nonparametric.kernels_asymmetric.kernel_pdf_gamma2
                        nonparametric.kernels_asymmetric.kernel_pdf_invgamma
                        nonparametric.kernels_asymmetric.kernel_pdf_invgauss
                        nonparametric.kernels_asymmetric.kernel_pdf_invgauss_
                        nonparametric.kernels_asymmetric.kernel_pdf_lognorm
                        nonparametric.kernels_asymmetric.kernel_pdf_lognorm_
                        nonparametric.kernels_asymmetric.kernel_pdf_recipinvgauss
                        nonparametric.kernels_asymmetric.kernel_pdf_recipinvgauss_
                        nonparametric.kernels_asymmetric.kernel_pdf_weibull
                        nonparametric.kernels_asymmetric.pdf_kernel_asym nonparametric.linbin.fast_linbin
                        nonparametric.smoothers_lowess.lowess nonparametric.smoothers_lowess_old.lowess
                        stats.anova.AnovaResults stats.anova.anova1_lm_single stats.anova.anova2_lm_single
                        stats.anova.anova3_lm_single stats.anova.anova_lm stats.anova.anova_single
                        stats.api.CompareMeans stats.api.DescrStatsW stats.api.Describe stats.api.FTestAnovaPower
                        stats.api.FTestPower stats.api.FactoredPSDMatrix stats.api.GofChisquarePower
                        stats.api.Mediation stats.api.NormalIndPower stats.api.NullDistribution
                        stats.api.OaxacaBlinder stats.api.RegressionFDR stats.api.Runs stats.api.SquareTable
                        stats.api.StratifiedTable stats.api.TTestIndPower stats.api.TTestPower stats.api.Table
                        stats.api.Table2x2 stats.api.acorr_breusch_godfrey stats.api.acorr_ljungbox
                        stats.api.acorr_lm stats.api.anova_generic stats.api.anova_lm stats.api.anova_oneway
                        stats.api.binom_test stats.api.binom_test_reject_interval stats.api.binom_tost
                        stats.api.binom_tost_reject_interval stats.api.breaks_cusumolsresid stats.api.breaks_hansen
                        stats.api.chisquare_effectsize stats.api.cochrans_q stats.api.cohens_kappa
                        stats.api.combine_effects stats.api.compare_cox stats.api.compare_encompassing
                        stats.api.compare_j stats.api.confint_effectsize_oneway stats.api.confint_mvmean
                        stats.api.confint_mvmean_fromstats stats.api.confint_noncentrality stats.api.confint_poisson
                        stats.api.confint_poisson_2indep stats.api.confint_proportions_2indep
                        stats.api.confint_quantile_poisson stats.api.convert_effectsize_fsqu stats.api.corr_clipped
                        stats.api.corr_nearest stats.api.corr_nearest_factor stats.api.corr_normal_scores
                        stats.api.corr_quadrant stats.api.corr_rank stats.api.corr_thresholded stats.api.cov_cluster
                        stats.api.cov_cluster_2groups stats.api.cov_hac stats.api.cov_hc0 stats.api.cov_hc1
                        stats.api.cov_hc2 stats.api.cov_hc3 stats.api.cov_nearest stats.api.cov_nearest_factor_homog
                        stats.api.cov_nw_panel stats.api.cov_white_simple stats.api.durbin_watson
                        stats.api.effectsize_2proportions stats.api.effectsize_oneway stats.api.effectsize_smd
                        stats.api.equivalence_oneway stats.api.equivalence_oneway_generic
                        stats.api.equivalence_scale_oneway stats.api.etest_poisson_2indep stats.api.f2_to_wellek
                        stats.api.fdrcorrection stats.api.fdrcorrection_twostage stats.api.fleiss_kappa
                        stats.api.fstat_to_wellek stats.api.gof_chisquare_discrete stats.api.het_arch
                        stats.api.het_breuschpagan stats.api.het_goldfeldquandt stats.api.het_white
                        stats.api.jarque_bera stats.api.jonckheere_terpstra stats.api.lilliefors
                        stats.api.linear_harvey_collier stats.api.linear_lm stats.api.linear_rainbow
                        stats.api.linear_reset stats.api.local_fdr stats.api.local_fdr_correction stats.api.mcnemar
                        stats.api.multinomial_proportions_confint stats.api.multipletests
                        stats.api.nonequivalence_poisson_2indep stats.api.normal_ad stats.api.omni_normtest
                        stats.api.pesaran_timmermann stats.api.power_binom_tost
                        stats.api.power_equivalence_neginb_2indep stats.api.power_equivalence_oneway
                        stats.api.power_equivalence_poisson_2indep stats.api.power_negbin_ratio_2indep
                        stats.api.power_poisson_diff_2indep stats.api.power_poisson_ratio_2indep
                        stats.api.power_proportions_2indep stats.api.power_ztost_prop stats.api.powerdiscrepancy
                        stats.api.proportion_confint stats.api.proportion_effectsize stats.api.proportions_chisquare
                        stats.api.proportions_chisquare_allpairs stats.api.proportions_chisquare_pairscontrol
                        stats.api.proportions_ztest stats.api.proportions_ztost stats.api.recursive_olsresiduals
                        stats.api.runstest_1samp stats.api.runstest_2samp stats.api.samplesize_confint_proportion
                        stats.api.samplesize_proportions_2indep_onetail stats.api.se_cov
                        stats.api.simulate_power_equivalence_oneway stats.api.spec_white stats.api.test_cov
                        stats.api.test_cov_blockdiagonal stats.api.test_cov_diagonal stats.api.test_cov_oneway
                        stats.api.test_cov_spherical stats.api.test_mvmean stats.api.test_mvmean_2indep
                        stats.api.test_poisson stats.api.test_poisson_2indep stats.api.test_proportions_2indep
                        stats.api.test_scale_oneway stats.api.tolerance_int_poisson stats.api.tost_poisson_2indep
                        stats.api.tost_proportions_2indep stats.api.transform_corr_normal
                        stats.api.tt_ind_solve_power stats.api.tt_solve_power stats.api.ttest_ind
                        stats.api.ttost_ind stats.api.ttost_paired stats.api.tukeyhsd stats.api.weights_bartlett
                        stats.api.weights_uniform stats.api.wellek_to_f2 stats.api.zconfint
                        stats.api.zt_ind_solve_power stats.api.ztest stats.api.ztost stats.base.AllPairsResults
                        stats.base.HolderTuple stats.base.LimitedIterationMixin
                        stats.contingency_tables.CochransQResult stats.contingency_tables.SquareTable
                        stats.contingency_tables.StratifiedTable stats.contingency_tables.Table
                        stats.contingency_tables.Table2x2 stats.contingency_tables.cochrans_q
                        stats.contingency_tables.mcnemar stats.contrast.Contrast stats.contrast.ContrastResults
                        stats.contrast.MultiCompResult stats.contrast.WaldTestResults
                        stats.contrast.contrastfromcols stats.contrast.t_test_multi stats.contrast.t_test_pairwise
                        stats.contrast.wald_test_noncent stats.contrast.wald_test_noncent_generic
                        stats.correlation_tools.CovNearestResult stats.correlation_tools.FactoredPSDMatrix
                        stats.correlation_tools.GaussianMultivariateKernel
                        stats.correlation_tools.MultivariateKernel stats.correlation_tools.clip_evals
                        stats.correlation_tools.corr_clipped stats.correlation_tools.corr_nearest
                        stats.correlation_tools.corr_nearest_factor stats.correlation_tools.corr_thresholded
                        stats.correlation_tools.cov_nearest stats.correlation_tools.cov_nearest_factor_homog
                        stats.correlation_tools.kernel_covariance stats.covariance.TransformCorrNormalResult
                        stats.covariance.corr_normal_scores stats.covariance.corr_quadrant
                        stats.covariance.corr_rank stats.covariance.transform_corr_normal
                        stats.descriptivestats.Describe stats.descriptivestats.Description
                        stats.descriptivestats.describe stats.descriptivestats.is_categorical_dtype
                        stats.descriptivestats.nancount stats.descriptivestats.nankurtosis
                        stats.descriptivestats.nanpercentile stats.descriptivestats.nanptp
                        stats.descriptivestats.nanskewness stats.descriptivestats.nanuss
                        stats.descriptivestats.pd_ptp stats.descriptivestats.sign_test
                        stats.diagnostic.GoldfeldQuandtResult stats.diagnostic.LMTestResult
                        stats.diagnostic.NonNestedTestResult stats.diagnostic.PesaranTimmermannResult
                        stats.diagnostic.acorr_breusch_godfrey stats.diagnostic.acorr_ljungbox
                        stats.diagnostic.acorr_lm stats.diagnostic.breaks_cusumolsresid
                        stats.diagnostic.breaks_hansen stats.diagnostic.compare_cox
                        stats.diagnostic.compare_encompassing stats.diagnostic.compare_j stats.diagnostic.het_arch
                        stats.diagnostic.het_breuschpagan stats.diagnostic.het_goldfeldquandt
                        stats.diagnostic.het_white stats.diagnostic.linear_harvey_collier stats.diagnostic.linear_lm
                        stats.diagnostic.linear_rainbow stats.diagnostic.linear_reset
                        stats.diagnostic.pesaran_timmermann stats.diagnostic.recursive_olsresiduals
                        stats.diagnostic.spec_white stats.diagnostic_gen.ChisquareBinningResult
                        stats.diagnostic_gen.cov_multinomial stats.diagnostic_gen.prob_larger_2ordinal
                        stats.diagnostic_gen.prob_larger_ordinal_choice stats.diagnostic_gen.test_chisquare_binning
                        stats.diagnostic_gen.var_multinomial stats.dist_dependence_measures.DistDependStat
                        stats.dist_dependence_measures.distance_correlation
                        stats.dist_dependence_measures.distance_covariance
                        stats.dist_dependence_measures.distance_covariance_test
                        stats.dist_dependence_measures.distance_statistics
                        stats.dist_dependence_measures.distance_variance
                        stats.effect_size.NoncentralityChisquareResult stats.effect_size.NoncentralityFResult
                        stats.effect_size.NoncentralityTResult stats.gof.ChisquareResult stats.gof.chisquare
                        stats.gof.chisquare_effectsize stats.gof.chisquare_power stats.gof.gof_binning_discrete
                        stats.gof.gof_chisquare_discrete stats.gof.powerdiscrepancy stats.inter_rater.KappaResults
                        stats.inter_rater.ResultsBunch stats.inter_rater.aggregate_raters
                        stats.inter_rater.cohens_kappa stats.inter_rater.fleiss_kappa stats.inter_rater.to_table
                        stats.knockoff_regeffects.CorrelationEffects stats.knockoff_regeffects.ForwardEffects
                        stats.knockoff_regeffects.OLSEffects stats.knockoff_regeffects.RegModelEffects
                        stats.knockoff_regeffects.RegressionEffects stats.libqsturng.qsturng_.psturng
                        stats.libqsturng.qsturng_.qsturng stats.mediation.Mediation stats.mediation.MediationResults
                        stats.meta_analysis.CombineResults stats.meta_analysis.HomogeneityTestResult
                        stats.meta_analysis.combine_effects stats.meta_analysis.effectsize_2proportions
                        stats.meta_analysis.effectsize_smd stats.moment_helpers.Cov2CorrResult
                        stats.moment_helpers.corr2cov stats.moment_helpers.cov2corr stats.moment_helpers.cum2mc
                        stats.moment_helpers.mc2cum stats.moment_helpers.mc2mnc stats.moment_helpers.mc2mvsk
                        stats.moment_helpers.mnc2cum stats.moment_helpers.mnc2mc stats.moment_helpers.mnc2mvsk
                        stats.moment_helpers.mvsk2mc stats.moment_helpers.mvsk2mnc stats.moment_helpers.se_cov
                        stats.multicomp.pairwise_tukeyhsd stats.multitest.LocalFDRCorrectionResult
                        stats.multitest.NullDistribution stats.multitest.fdrcorrection
                        stats.multitest.fdrcorrection_twostage stats.multitest.local_fdr
                        stats.multitest.local_fdr_correction stats.multitest.multipletests
                        stats.multivariate.CovOnewayResult stats.multivariate.CovTestResult
                        stats.multivariate.HotellingResult stats.multivariate.confint_mvmean
                        stats.multivariate.confint_mvmean_fromstats stats.multivariate.test_cov
                        stats.multivariate.test_cov_blockdiagonal stats.multivariate.test_cov_diagonal
                        stats.multivariate.test_cov_oneway stats.multivariate.test_cov_spherical
                        stats.multivariate.test_mvmean stats.multivariate.test_mvmean_2indep
                        stats.multivariate_tools.CCRankTestResult stats.multivariate_tools.CCStatsResult
                        stats.multivariate_tools.PartialProjectResult stats.multivariate_tools.cancorr
                        stats.multivariate_tools.cc_ranktest stats.multivariate_tools.cc_stats
                        stats.multivariate_tools.partial_project stats.nonparametric.JonckheereTerpstraResult
                        stats.nonparametric.ProbSuperiorResult stats.nonparametric.RankCompareResult
                        stats.nonparametric.RankPlacementsResult stats.nonparametric.SamplesizeRankCompareResult
                        stats.nonparametric.TostProbSuperiorResult stats.nonparametric.cohensd2problarger
                        stats.nonparametric.jonckheere_terpstra stats.nonparametric.prob_larger_continuous
                        stats.nonparametric.rank_compare_2indep stats.nonparametric.rank_compare_2ordinal
                        stats.nonparametric.rankdata_2samp stats.nonparametric.samplesize_rank_compare_onetail
                        stats.oaxaca.OaxacaBlinder stats.oaxaca.OaxacaResults stats.oneway.AnovaResult
                        stats.oneway.ConfintEffectSizeResult stats.oneway.EffectSizeFsquResult
                        stats.oneway.EquivalenceOnewayResult stats.oneway.FstatEffectSizeResult
                        stats.oneway.ScaleAnovaResult stats.oneway.ScaleEquivalenceResult
                        stats.oneway.SimulatePowerEquivalenceResult stats.oneway.anova_generic
                        stats.oneway.anova_oneway stats.oneway.confint_effectsize_oneway
                        stats.oneway.confint_noncentrality stats.oneway.convert_effectsize_fsqu
                        stats.oneway.effectsize_oneway stats.oneway.equivalence_oneway
                        stats.oneway.equivalence_oneway_generic stats.oneway.equivalence_scale_oneway
                        stats.oneway.f2_to_wellek stats.oneway.fstat_to_wellek stats.oneway.power_equivalence_oneway
                        stats.oneway.simulate_power_equivalence_oneway stats.oneway.test_scale_oneway
                        stats.oneway.wellek_to_f2 stats.outliers_influence.GLMInfluence
                        stats.outliers_influence.MLEInfluence stats.outliers_influence.OLSInfluence
                        stats.outliers_influence.outlier_test stats.outliers_influence.reset_ramsey
                        stats.outliers_influence.summary_table stats.outliers_influence.variance_inflation_factor
                        stats.power.FTestAnovaPower stats.power.FTestPower stats.power.FTestPowerF2
                        stats.power.GofChisquarePower stats.power.NormalIndPower stats.power.Power
                        stats.power.TTestIndPower stats.power.TTestPower stats.power.ftest_anova_power
                        stats.power.ftest_power stats.power.ftest_power_f2 stats.power.ncf_cdf stats.power.ncf_ppf
                        stats.power.ncf_sf stats.power.nct_cdf stats.power.nct_sf stats.power.normal_power
                        stats.power.normal_power_het stats.power.normal_sample_size_one_tail
                        stats.power.tt_ind_solve_power stats.power.tt_solve_power stats.power.ttest_power
                        stats.power.zt_ind_solve_power stats.proportion.KoopmanConfintResult
                        stats.proportion.PairedNamConfintResult stats.proportion.PowerProportionsResult
                        stats.proportion.Proportions2indepTestResult stats.proportion.ScoreTestProportionsResult
                        stats.proportion.TostProportionsResult stats.proportion.binom_test
                        stats.proportion.binom_test_reject_interval stats.proportion.binom_tost
                        stats.proportion.binom_tost_reject_interval stats.proportion.confint_proportions_2indep
                        stats.proportion.multinomial_proportions_confint stats.proportion.power_binom_tost
                        stats.proportion.power_proportions_2indep stats.proportion.power_ztost_prop
                        stats.proportion.proportion_confint stats.proportion.proportion_effectsize
                        stats.proportion.proportions_chisquare stats.proportion.proportions_chisquare_allpairs
                        stats.proportion.proportions_chisquare_pairscontrol stats.proportion.proportions_ztest
                        stats.proportion.proportions_ztost stats.proportion.samplesize_confint_proportion
                        stats.proportion.samplesize_proportions_2indep_onetail
                        stats.proportion.score_test_proportions_2indep stats.proportion.std_prop
                        stats.proportion.test_proportions_2indep stats.proportion.tost_proportions_2indep
                        stats.rates.NonequivalencePoissonResult stats.rates.PoissonTest2indepResult
                        stats.rates.PoissonTestResult stats.rates.PowerDiffResult stats.rates.PowerEquivalenceResult
                        stats.rates.PowerNegbinRatioResult stats.rates.PowerRatioResult stats.rates.PowerResult
                        stats.rates.TostPoissonResult stats.rates.confint_poisson stats.rates.confint_poisson_2indep
                        stats.rates.confint_quantile_poisson stats.rates.etest_poisson_2indep
                        stats.rates.nonequivalence_poisson_2indep stats.rates.power_equivalence_neginb_2indep
                        stats.rates.power_equivalence_poisson_2indep stats.rates.power_negbin_ratio_2indep
                        stats.rates.power_poisson_diff_2indep stats.rates.power_poisson_ratio_2indep
                        stats.rates.test_poisson stats.rates.test_poisson_2indep stats.rates.tolerance_int_poisson
                        stats.rates.tost_poisson_2indep stats.regularized_covariance.RegularizedInvCovariance
                        stats.robust_compare.TrimmedMean stats.robust_compare.scale_transform
                        stats.robust_compare.trim_mean stats.robust_compare.trimboth
                        stats.sandwich_covariance.S_crosssection stats.sandwich_covariance.S_hac_groupsum
                        stats.sandwich_covariance.S_hac_simple stats.sandwich_covariance.S_nw_panel
                        stats.sandwich_covariance.S_white_simple stats.sandwich_covariance.cov_cluster
                        stats.sandwich_covariance.cov_cluster_2groups stats.sandwich_covariance.cov_crosssection_0
                        stats.sandwich_covariance.cov_hac stats.sandwich_covariance.cov_hac_simple
                        stats.sandwich_covariance.cov_hc0 stats.sandwich_covariance.cov_hc1
                        stats.sandwich_covariance.cov_hc2 stats.sandwich_covariance.cov_hc3
                        stats.sandwich_covariance.cov_nw_groupsum stats.sandwich_covariance.cov_nw_panel
                        stats.sandwich_covariance.cov_white_simple stats.sandwich_covariance.lagged_groups
                        stats.sandwich_covariance.weights_bartlett stats.sandwich_covariance.weights_uniform
                        stats.stattools.durbin_watson stats.stattools.expected_robust_kurtosis
                        stats.stattools.jarque_bera stats.stattools.medcouple stats.stattools.omni_normtest
                        stats.stattools.robust_kurtosis stats.stattools.robust_skewness stats.tabledist.TableDist
                        stats.weightstats.CompareMeans stats.weightstats.DescrStatsW stats.weightstats.ttest_ind
                        stats.weightstats.ttost_ind stats.weightstats.ttost_paired stats.weightstats.zconfint
                        stats.weightstats.ztest stats.weightstats.ztost tsa.api.ADFullerResult tsa.api.AcfResult
                        tsa.api.BreakvarHeteroskedasticityResult tsa.api.CcfResult tsa.api.CointResult
                        tsa.api.DieboldMarianoResult tsa.api.JackknifeResult tsa.api.KPSSResult
                        tsa.api.LevinsonDurbinPacfResult tsa.api.LevinsonDurbinResult tsa.api.PacfBurgResult
                        tsa.api.PacfResult tsa.api.PccfResult tsa.api.QStatResult tsa.api.RURResult tsa.api.acovf
                        tsa.api.arma_order_select_ic tsa.api.bds tsa.api.block_jackknife
                        tsa.api.breakvar_heteroskedasticity_test tsa.api.ccf tsa.api.ccovf tsa.api.coint
                        tsa.api.diebold_mariano_test tsa.api.grangercausalitytests tsa.api.innovations_algo
                        tsa.api.innovations_filter tsa.api.kpss tsa.api.lagmat tsa.api.lagmat2ds
                        tsa.api.levinson_durbin tsa.api.levinson_durbin_pacf tsa.api.leybourne tsa.api.pacf_burg
                        tsa.api.pacf_ols tsa.api.pacf_yw tsa.api.pccf tsa.api.q_stat tsa.api.range_unit_root_test
                        tsa.api.zivot_andrews tsa.filters.bk_filter.bkfilter tsa.filters.cf_filter.cffilter
                        tsa.filters.filtertools.CycleTrendResult tsa.filters.filtertools.convolution_filter
                        tsa.filters.filtertools.fftconvolve3 tsa.filters.filtertools.fftconvolveinv
                        tsa.filters.filtertools.miso_lfilter tsa.filters.filtertools.recursive_filter
                        tsa.filters.hamilton_filter.hamilton_filter tsa.filters.hp_filter.hpfilter
                        tsa.stattools.ADFullerResult tsa.stattools.AcfResult
                        tsa.stattools.BreakvarHeteroskedasticityResult tsa.stattools.CcfResult
                        tsa.stattools.CointResult tsa.stattools.DieboldMarianoResult tsa.stattools.JackknifeResult
                        tsa.stattools.KPSSResult tsa.stattools.LevinsonDurbinPacfResult
                        tsa.stattools.LevinsonDurbinResult tsa.stattools.PacfBurgResult tsa.stattools.PacfResult
                        tsa.stattools.PccfResult tsa.stattools.QStatResult tsa.stattools.RURResult tsa.stattools.acf
                        tsa.stattools.acovf tsa.stattools.adfuller tsa.stattools.arma_order_select_ic
                        tsa.stattools.bds tsa.stattools.block_jackknife
                        tsa.stattools.breakvar_heteroskedasticity_test tsa.stattools.ccf tsa.stattools.ccovf
                        tsa.stattools.coint tsa.stattools.diebold_mariano_test tsa.stattools.grangercausalitytests
                        tsa.stattools.innovations_algo tsa.stattools.innovations_filter tsa.stattools.kpss
                        tsa.stattools.lagmat tsa.stattools.lagmat2ds tsa.stattools.levinson_durbin
                        tsa.stattools.levinson_durbin_pacf tsa.stattools.leybourne tsa.stattools.pacf
                        tsa.stattools.pacf_burg tsa.stattools.pacf_ols tsa.stattools.pacf_yw tsa.stattools.pccf
                        tsa.stattools.q_stat tsa.stattools.range_unit_root_test tsa.stattools.zivot_andrews
            api.tsa.adfuller api.tsa.acf api.tsa.pacf api.tsa.kpss api.tsa.coint tsa.api.adfuller tsa.api.acf
            tsa.api.pacf
            : -> holding(Results)
            tsa.seasonal.seasonal_decompose api.tsa.seasonal_decompose tsa.api.seasonal_decompose
            iolib.summary2.summary_col iolib.summary.Summary : -> holding(Results)
            api.tsa.arma_generate_sample tsa.arima_process.arma_generate_sample : draws(unless distrvs) -> table
            api.datasets.anes96.load api.datasets.anes96.load_pandas api.datasets.cancer.load
            api.datasets.cancer.load_pandas api.datasets.ccard.load api.datasets.ccard.load_pandas
            api.datasets.china_smoking.load api.datasets.china_smoking.load_pandas api.datasets.clear_data_home
            api.datasets.co2.load api.datasets.co2.load_pandas api.datasets.committee.load
            api.datasets.committee.load_pandas api.datasets.copper.load api.datasets.copper.load_pandas
            api.datasets.cpunish.load api.datasets.cpunish.load_pandas api.datasets.danish_data.load
            api.datasets.danish_data.load_pandas api.datasets.elec_equip.load api.datasets.elec_equip.load_pandas
            api.datasets.elnino.load api.datasets.elnino.load_pandas api.datasets.engel.load
            api.datasets.engel.load_pandas api.datasets.fair.load api.datasets.fair.load_pandas
            api.datasets.fertility.load api.datasets.fertility.load_pandas api.datasets.get_data_home
            api.datasets.get_rdataset api.datasets.grunfeld.load api.datasets.grunfeld.load_pandas
            api.datasets.heart.load api.datasets.heart.load_pandas api.datasets.interest_inflation.load
            api.datasets.interest_inflation.load_pandas api.datasets.longley.load api.datasets.longley.load_pandas
            api.datasets.macrodata.load api.datasets.macrodata.load_pandas api.datasets.modechoice.load
            api.datasets.modechoice.load_pandas api.datasets.nile.load api.datasets.nile.load_pandas
            api.datasets.randhie.load api.datasets.randhie.load_pandas api.datasets.scotland.load
            api.datasets.scotland.load_pandas api.datasets.spector.load api.datasets.spector.load_pandas
            api.datasets.stackloss.load api.datasets.stackloss.load_pandas api.datasets.star98.load
            api.datasets.star98.load_pandas api.datasets.statecrime.load api.datasets.statecrime.load_pandas
            api.datasets.strikes.load api.datasets.strikes.load_pandas api.datasets.sunspots.load
            api.datasets.sunspots.load_pandas api.datasets.webuse datasets.anes96.load datasets.anes96.load_pandas
            datasets.cancer.load datasets.cancer.load_pandas datasets.ccard.load datasets.ccard.load_pandas
            datasets.china_smoking.load datasets.china_smoking.load_pandas datasets.clear_data_home
            datasets.co2.load datasets.co2.load_pandas datasets.committee.load datasets.committee.load_pandas
            datasets.copper.load datasets.copper.load_pandas datasets.cpunish.load datasets.cpunish.load_pandas
            datasets.danish_data.load datasets.danish_data.load_pandas datasets.elec_equip.load
            datasets.elec_equip.load_pandas datasets.elnino.load datasets.elnino.load_pandas datasets.engel.load
            datasets.engel.load_pandas datasets.fair.load datasets.fair.load_pandas datasets.fertility.load
            datasets.fertility.load_pandas datasets.get_data_home datasets.get_rdataset datasets.grunfeld.load
            datasets.grunfeld.load_pandas datasets.heart.load datasets.heart.load_pandas
            datasets.interest_inflation.load datasets.interest_inflation.load_pandas datasets.longley.load
            datasets.longley.load_pandas datasets.macrodata.load datasets.macrodata.load_pandas
            datasets.modechoice.load datasets.modechoice.load_pandas datasets.nile.load datasets.nile.load_pandas
            datasets.randhie.load datasets.randhie.load_pandas datasets.scotland.load datasets.scotland.load_pandas
            datasets.spector.load datasets.spector.load_pandas datasets.stackloss.load
            datasets.stackloss.load_pandas datasets.star98.load datasets.star98.load_pandas datasets.statecrime.load
            datasets.statecrime.load_pandas datasets.strikes.load datasets.strikes.load_pandas
            datasets.sunspots.load datasets.sunspots.load_pandas datasets.webuse : reads(any) -> unknown
            api.load load_pickle iolib.smpickle.load_pickle api.load_pickle : reads(fname@0) -> unknown
"""

MODELS = (LibraryModel(library="statsmodels", rules=_RULES),)
