"""Graphs, symbols, progress bars and explanations: NetworkX, SymPy, tqdm, SHAP."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_NETWORKX = """
            Graph DiGraph MultiGraph MultiDiGraph from_pandas_edgelist from_pandas_adjacency from_numpy_array
            from_edgelist from_dict_of_lists from_dict_of_dicts complete_graph path_graph cycle_graph star_graph
            grid_2d_graph empty_graph karate_club_graph balanced_tree circular_ladder_graph wheel_graph
            les_miserables_graph florentine_families_graph davis_southern_women_graph
            compose disjoint_union union intersection difference line_graph complement
            minimum_spanning_tree maximum_spanning_tree ego_graph : -> holding(Graph)
            gnp_random_graph erdos_renyi_graph gnm_random_graph barabasi_albert_graph watts_strogatz_graph
            random_geometric_graph powerlaw_cluster_graph stochastic_block_model random_regular_graph
            random_labeled_tree connected_watts_strogatz_graph newman_watts_strogatz_graph
            : draws(unless seed) -> holding(Graph)
            spring_layout fruchterman_reingold_layout random_layout : draws(unless seed) -> container
            circular_layout shell_layout spectral_layout kamada_kawai_layout planar_layout bipartite_layout
            spiral_layout
            multipartite_layout degree_centrality in_degree_centrality out_degree_centrality closeness_centrality
            eigenvector_centrality katz_centrality pagerank hits harmonic_centrality load_centrality clustering
            average_clustering transitivity triangles density diameter radius center periphery eccentricity
            shortest_path shortest_path_length average_shortest_path_length dijkstra_path dijkstra_path_length
            all_pairs_shortest_path all_pairs_shortest_path_length single_source_shortest_path bellman_ford_path
            astar_path
            has_path is_connected is_strongly_connected is_weakly_connected number_connected_components
            node_connected_component
            is_directed_acyclic_graph is_tree is_bipartite is_planar degree_histogram degree_assortativity_coefficient
            core_number number_of_nodes number_of_edges to_numpy_array to_pandas_edgelist to_pandas_adjacency
            to_dict_of_lists adjacency_matrix laplacian_matrix maximum_flow minimum_cut max_flow_min_cost
            : -> container
            betweenness_centrality edge_betweenness_centrality
            : draws(unless seed) -> container
            draw draw_networkx draw_networkx_nodes draw_networkx_edges draw_networkx_labels draw_networkx_edge_labels
            draw_circular draw_kamada_kawai draw_planar draw_shell draw_spectral
            : changes(ax@2 ax) figure -> unknown
            draw_spring draw_random : changes(ax) draws figure
            set_node_attributes set_edge_attributes add_path add_cycle add_star remove_node_attributes : changes(G@0)
            get_node_attributes get_edge_attributes : -> view(container)
            read_gml read_graphml read_edgelist read_weighted_edgelist read_adjlist read_gexf read_pajek
            : reads(path@0) -> Graph
            write_gml write_graphml write_edgelist write_weighted_edgelist write_adjlist write_gexf write_pajek
            : writes(path@1)
            class Graph : object
              add_node add_nodes_from add_edge add_edges_from add_weighted_edges_from remove_node remove_nodes_from
              remove_edge remove_edges_from clear clear_edges update : changes
              copy to_directed to_undirected reverse : -> holding(Graph)
              subgraph edge_subgraph : -> view(Graph)
              has_node has_edge number_of_nodes number_of_edges order size is_directed is_multigraph __len__
              __contains__ : pure
              neighbors successors predecessors degree in_degree out_degree get_edge_data adjacency nbunch_iter
              : -> view(unknown)
              .nodes .edges .adj .graph .degree .succ .pred : -> view(unknown)
              __getitem__ __iter__ : -> view(unknown)
"""
_SYMPY = """
            symbols Symbol Function Rational Integer Float simplify expand factor collect
            cancel apart
            together diff integrate limit series solve solveset linsolve nonlinsolve dsolve nsolve Eq latex pretty
            sqrt exp
            log sin cos tan asin acos atan sinh cosh tanh Abs Sum Product Derivative Integral Piecewise summation
            product
            factorial binomial gcd lcm isprime primerange factorint N S sympify Poly roots trigsimp
            expand_trig powsimp radsimp nsimplify Lambda Interval Union Intersection FiniteSet pprint pi E I oo
            : pure
            Matrix eye zeros ones lambdify : -> unknown
            init_printing init_session : configures
"""
_TQDM = """
            tqdm auto.tqdm notebook.tqdm autonotebook.tqdm std.tqdm rich.tqdm tqdm_notebook notebook.tqdm_notebook
            : lazy -> part
            trange auto.trange notebook.trange autonotebook.trange tnrange : -> iterator
            tqdm.write auto.tqdm.write notebook.tqdm.write : pure
            tqdm.pandas auto.tqdm.pandas notebook.tqdm.pandas autonotebook.tqdm.pandas tqdm_notebook.pandas
            : process
            contrib.concurrent.process_map contrib.concurrent.thread_map : changes(*) draws -> unknown
"""
_SHAP = """
            class **.TreeExplainer **.LinearExplainer **.KernelExplainer **.DeepExplainer **.GradientExplainer
            **.PermutationExplainer **.Explainer : object
              shap_values shap_interaction_values __call__ : changes(self except data) draws -> unknown
              .expected_value : pure
            functions
            summary_plot dependence_plot force_plot waterfall_plot bar_plot decision_plot plots.bar plots.beeswarm
            plots.waterfall plots.scatter plots.force plots.heatmap plots.violin plots.text plots.image
            plots.partial_dependence plots.decision plots.embedding plots.group_difference plots.monitoring
            plots.benchmark : changes(ax)
            draws figure
            sample utils.sample kmeans maskers.Independent maskers.Partition maskers.Text maskers.Image
            maskers.Composite maskers.Fixed maskers.Impute : draws(unless random_state) -> unknown
            initjs : configures
"""

MODELS = (
    LibraryModel(library="networkx", rules=_NETWORKX),
    LibraryModel(library="sympy", rules=_SYMPY),
    LibraryModel(library="tqdm", rules=_TQDM),
    LibraryModel(library="shap", rules=_SHAP),
)
