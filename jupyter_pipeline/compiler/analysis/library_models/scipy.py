"""SciPy: pure functions, except for those that draw, write to an ``output`` or overwrite their arguments."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
            **.rvs : draws(unless random_state) -> table
            stats.bootstrap stats.permutation_test stats.dunnett stats.goodness_of_fit stats.sobol_indices
            stats.monte_carlo_test stats.multiscale_graphcorr stats.power stats.fit
            : draws(unless random_state rng) -> object
            linalg.clarkson_woodruff_transform interpolate.barycentric_interpolate spatial.distance.directed_hausdorff
            cluster.vq.kmeans cluster.vq.kmeans2 sparse.rand sparse.random sparse.random_array sparse.linalg.svds
            sparse.linalg.eigs sparse.linalg.eigsh stats.qmc.scale stats.qmc.update_discrepancy
            : draws(unless rng seed random_state) -> table
            sparse.linalg.lobpcg : changes(*) -> table
            optimize.basinhopping optimize.dual_annealing optimize.differential_evolution optimize.check_grad
            optimize.quadratic_assignment : draws(unless rng seed) -> Result
            stats.ortho_group.* stats.special_ortho_group.* stats.random_correlation.* stats.unitary_group.*
            stats.random_table.* stats.uniform_direction.* : draws(unless random_state) -> table

            special.seterr : configures
            special.errstate fft.set_workers fft.set_backend : -> object
            fft.set_global_backend fft.register_backend : configures
            special.* : changes(out) -> table
            linalg.*
            : changes(* if overwrite_a overwrite_b overwrite_ab overwrite_c overwrite_a_band overwrite_x) -> table
            linalg.qr_insert linalg.qr_delete linalg.qr_update : changes(* if overwrite_qru overwrite_qruv overwrite_qr)
            -> table
            fft.* fftpack.* : changes(* if overwrite_x) -> table
            signal.detrend : changes(data@0 if overwrite_data) -> table
            signal.* : -> table
            ndimage.* : changes(output@2 output@3 output@4 output@5 output) -> table
            integrate.* interpolate.* constants.* cluster.hierarchy.* cluster.vq.* spatial.* differentiate.*
            : changes(out) -> table
            sparse.csgraph.* : changes(* if overwrite) -> table
            sparse.linalg.spsolve_triangular : changes(* if overwrite_A overwrite_b) -> table
            sparse.linalg.* : changes(x0) -> table
            sparse.save_npz : writes(file@0)
            sparse.load_npz : reads(file@0) -> table
            sparse.diags sparse.eye sparse.identity sparse.kron sparse.kronsum sparse.hstack sparse.vstack sparse.bmat
            sparse.block_diag sparse.find sparse.tril sparse.triu sparse.issparse sparse.isspmatrix sparse.csr_matrix
            sparse.csc_matrix sparse.coo_matrix sparse.lil_matrix sparse.dok_matrix sparse.bsr_matrix
            sparse.dia_matrix
            sparse.csr_array sparse.csc_array sparse.coo_array sparse.lil_array sparse.dok_array sparse.bsr_array
            sparse.dia_array sparse.diags_array sparse.eye_array sparse.block_array sparse.isspmatrix_csr
            sparse.isspmatrix_csc : -> view(sparray)
            optimize.* : changes(x0 if overwrite_x0) -> Result
            stats.gaussian_kde : -> gaussian_kde
            stats.* : -> table
            io.loadmat : reads(file_name@0) changes(mdict@1) -> container
            io.readsav io.whosmat : reads(file_name@0) -> container
            io.savemat : writes(file_name@0)
            io.mmread io.mminfo io.arff.loadarff : reads(source@0 f@0) -> table
            io.mmwrite : writes(target@0)
            io.hb_read : reads(path_or_open_file@0) -> table
            io.hb_write : writes(path_or_open_file@0)
            io.wavfile.read : reads(filename@0) -> tuple(constant, table)
            io.wavfile.write : writes(filename@0)
            datasets.* : reads(any) -> table

            class optimize.Result : object
              keys values items get : -> view(unknown)
              __getitem__ __iter__ : -> view(table)
              .x .fun .jac .hess .hess_inv : -> view(table)
              .success .message .nit .nfev .root .converged : pure
            class stats.gaussian_kde : object
              __call__ evaluate pdf logpdf integrate_gaussian integrate_box_1d integrate_box integrate_kde
              covariance_factor
              silverman_factor scotts_factor marginal : -> table
              resample : draws(unless seed@1) -> table
              set_bandwidth : changes
            class **.interp1d **.interp2d **.UnivariateSpline **.InterpolatedUnivariateSpline **.LSQUnivariateSpline
            **.CubicSpline **.Akima1DInterpolator **.PchipInterpolator **.BSpline **.PPoly **.BPoly **.Rbf
            **.RBFInterpolator **.RegularGridInterpolator **.LinearNDInterpolator **.NearestNDInterpolator
            **.CloughTocher2DInterpolator **.RectBivariateSpline **.SmoothBivariateSpline **.BarycentricInterpolator
            **.KroghInterpolator **.CubicHermiteSpline : object
              __call__ ev integral integrate roots derivatives solve get_coeffs get_knots get_residual antiderivative
              derivative partial_derivative : -> holding(interp1d)
              set_smoothing_factor set_yi add_xi extend : changes
            class **.KDTree **.cKDTree **.Delaunay **.ConvexHull **.Voronoi **.SphericalVoronoi
            **.HalfspaceIntersection : object
              query query_ball_point query_ball_tree query_pairs count_neighbors sparse_distance_matrix find_simplex
              plane_distance lift_points : -> table
              add_points add_halfspaces close sort_vertices_of_regions : changes
              .points .vertices .simplices .regions .ridge_points .neighbors .volume .area : -> view(table)
            class **.Rotation **.Slerp : object
              __call__ as_quat as_matrix as_euler as_rotvec as_mrp magnitude mean reduce apply inv from_quat
              from_matrix
              from_euler from_rotvec identity concatenate align_vectors : -> holding(Rotation)
              random : draws(unless rng@1 random_state) -> holding(Rotation)
            class sparse.sparray : table
              toarray todense : changes(out@1) -> table
              tocsr tocsc tocoo tolil todok tobsr todia asformat astype conj conjugate copy diagonal dot getcol
              getnnz getrow
              max min maximum minimum mean multiply nonzero power reshape sum trace transpose getH count_nonzero
              argmax argmin sqrt abs sign floor ceil log1p expm1 rint : -> view(sparray)
              setdiag resize eliminate_zeros sum_duplicates sort_indices prune setelements : changes
              __getitem__ __iter__ : -> view(sparray)
              .shape .ndim .dtype .nnz .format : pure
              .T .data .indices .indptr .row .col .A : -> view(sparray)
"""

MODELS = (LibraryModel(library="scipy", rules=_RULES),)
