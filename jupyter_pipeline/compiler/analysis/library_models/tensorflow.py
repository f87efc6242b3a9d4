"""TensorFlow and Keras: models and layers, which training changes."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["MODELS"]

_LAYERS = """
    Dense Conv1D Conv2D Conv3D Conv2DTranspose SeparableConv2D DepthwiseConv2D Flatten Dropout SpatialDropout1D
    SpatialDropout2D GaussianNoise BatchNormalization LayerNormalization MaxPooling1D MaxPooling2D AveragePooling1D
    AveragePooling2D GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D LSTM GRU
    SimpleRNN
    Bidirectional TimeDistributed Embedding Activation ReLU LeakyReLU Softmax Reshape Permute RepeatVector
    Concatenate Add
    Multiply Average Lambda Input InputLayer Masking Attention MultiHeadAttention Rescaling Resizing RandomFlip
    RandomRotation RandomZoom Normalization TextVectorization StringLookup IntegerLookup CategoryEncoding
    ZeroPadding2D
    Cropping2D UpSampling2D
"""
_MODEL = f"""
            class **.Model **.Sequential **.Functional : object
              compile build add pop load_weights set_weights reset_states reset_metrics
              : changes(self except data) reads(filepath@0)
              fit fit_generator train_on_batch test_on_batch evaluate evaluate_generator
              : changes(self except data) changes(callbacks) draws -> History
              predict predict_generator predict_on_batch __call__ call
              : draws -> view(unknown)
              summary count_params to_json get_config : pure
              get_layer get_weights : -> view(unknown)
              save save_weights export : changes(self except data) writes(filepath@0)
              .layers .weights .trainable_weights .trainable_variables .variables .optimizer .history .input .output
              : -> view(unknown)
            class **.History : object
              .history .epoch .params : -> view(container)
            class {" ".join(f"**.{name}" for name in _LAYERS.split())} : object
              __call__ : changes draws -> view(unknown)
              adapt set_weights build : changes
              get_weights get_vocabulary get_config count_params : -> view(unknown)
            class **.EarlyStopping **.ModelCheckpoint **.ReduceLROnPlateau **.LearningRateScheduler **.TensorBoard
            **.CSVLogger **.TerminateOnNaN **.LambdaCallback : object
            class **.Adam **.SGD **.RMSprop **.Adagrad **.AdamW **.Nadam **.Adamax **.ExponentialDecay : object
              apply_gradients minimize : changes changes(*)
              get_config : -> container
            class **.MeanSquaredError **.MeanAbsoluteError **.BinaryCrossentropy **.CategoricalCrossentropy
            **.SparseCategoricalCrossentropy **.Accuracy **.BinaryAccuracy **.CategoricalAccuracy
            **.SparseCategoricalAccuracy **.AUC **.Precision **.Recall **.Mean **.Huber : object
              __call__ result : changes -> unknown
              update_state reset_state reset_states : changes
            functions
            **.set_random_seed : seeds
            **.clear_session : process
            **.to_categorical **.pad_sequences **.plot_model : -> table
            **.load_model : reads(filepath@0) -> Model
            **.load_img : reads(path@0) -> unknown
            **.img_to_array : -> table
            **.load_data : reads(any) draws -> unknown
"""
_TENSORS = """
            random.set_seed compat.v1.set_random_seed : seeds
            random.normal random.uniform random.shuffle random.truncated_normal random.categorical random.gamma
            random.poisson : draws -> unknown
            constant convert_to_tensor cast reshape concat stack unstack split expand_dims squeeze transpose gather
            reduce_sum reduce_mean reduce_max reduce_min reduce_all reduce_any argmax argmin matmul square sqrt exp
            abs add
            subtract multiply divide pow zeros ones zeros_like ones_like fill range linspace eye one_hot where equal
            greater less not_equal clip_by_value round floor sign tile pad slice shape size rank identity
            : -> view(unknown)
            GradientTape Variable device name_scope : -> unknown
            config.* : configures

            # Data sets read their files when they are iterated
            class data.Dataset : object
              map filter batch unbatch padded_batch repeat take skip prefetch cache enumerate interleave flat_map
              window zip concatenate
              with_options apply shard group_by_window bucket_by_sequence_length ragged_batch rebatch ignore_errors
              scan take_while unique
              : draws(*) -> holding(Dataset)
              shuffle : draws -> holding(Dataset)
              as_numpy_iterator make_one_shot_iterator make_initializable_iterator get_single_element reduce
              : draws(self) -> holding(unknown)
              cardinality __len__ : -> constant
              save : writes(path@0)
              .element_spec .class_names .file_paths : -> view(unknown)
              __iter__ : -> view(unknown)
            functions
            data.Dataset.from_tensor_slices data.Dataset.from_tensors data.Dataset.from_generator data.Dataset.range
            data.Dataset.zip
            data.Dataset.sample_from_datasets data.Dataset.choose_from_datasets
            compat.v1.data.Dataset.from_tensor_slices
            : -> holding(Dataset)
            data.TFRecordDataset data.TextLineDataset data.FixedLengthRecordDataset data.Dataset.list_files
            data.Dataset.load
            data.experimental.make_csv_dataset data.experimental.CsvDataset
            : opens(filenames@0 file_pattern@0 path@0) draws -> holding(Dataset)
            **.image_dataset_from_directory **.text_dataset_from_directory **.audio_dataset_from_directory
            : opens(directory@0) draws(unless seed) -> holding(Dataset)
            **.timeseries_dataset_from_array : draws(unless seed) -> holding(Dataset)
            **.get_file : writes(fname@0) -> constant
            nn.relu nn.softmax nn.sigmoid nn.tanh nn.elu nn.leaky_relu nn.gelu nn.selu nn.softplus nn.log_softmax
            nn.conv1d nn.conv2d nn.conv3d
            nn.conv2d_transpose nn.max_pool nn.max_pool2d nn.avg_pool nn.avg_pool2d nn.bias_add nn.moments
            nn.l2_loss nn.l2_normalize
            nn.embedding_lookup nn.softmax_cross_entropy_with_logits nn.sparse_softmax_cross_entropy_with_logits
            nn.sigmoid_cross_entropy_with_logits nn.compute_average_loss nn.scale_regularization_loss nn.in_top_k
            nn.top_k nn.batch_normalization
            nn.local_response_normalization add_n math.reduce_sum math.reduce_mean math.reduce_max math.reduce_min
            math.reduce_std math.reduce_variance
            math.square math.sqrt math.exp math.log math.abs math.add math.subtract math.multiply math.divide
            math.argmax math.equal math.sin
            math.cos math.sigmoid math.maximum math.minimum math.pow math.floor math.round math.confusion_matrix
            math.top_k math.segment_sum
            math.logical_and math.logical_or math.logical_not math.is_nan math.softplus math.divide_no_nan
            math.l2_normalize
            linalg.matmul linalg.inv linalg.det linalg.norm linalg.diag linalg.eigh linalg.svd linalg.cholesky
            linalg.solve linalg.band_part
            maximum minimum sin cos tanh sigmoid tensordot einsum transpose reverse roll gather_nd scatter_nd
            boolean_mask searchsorted
            sort argsort unique meshgrid norm repeat tensor_scatter_nd_update zeros_initializer ones_initializer
            is_tensor logical_and logical_or
            logical_not ensure_shape stop_gradient broadcast_to image.resize image.resize_with_pad
            image.rgb_to_grayscale image.grayscale_to_rgb
            image.flip_left_right image.flip_up_down image.rot90 image.central_crop image.crop_to_bounding_box
            image.pad_to_bounding_box
            image.convert_image_dtype image.decode_jpeg image.decode_png image.decode_image image.encode_jpeg
            image.per_image_standardization
            image.adjust_brightness image.adjust_contrast image.draw_bounding_boxes image.extract_patches
            io.decode_jpeg io.decode_png
            io.decode_image io.decode_raw io.parse_single_example io.parse_example io.parse_tensor io.serialize_tensor
            io.FixedLenFeature io.VarLenFeature io.decode_csv io.decode_compressed strings.split strings.lower
            strings.regex_replace
            strings.join strings.length strings.unicode_split strings.substr strings.to_number strings.strip
            strings.reduce_join
            sparse.to_dense sparse.from_dense sparse.SparseTensor SparseTensor RaggedTensor ragged.constant
            ragged.stack TensorSpec
            TensorShape train.Feature train.Features train.Example train.BytesList train.FloatList train.Int64List
            keras.activations.relu
            keras.activations.sigmoid keras.activations.softmax keras.activations.tanh keras.regularizers.l1
            keras.regularizers.l2
            keras.regularizers.L1 keras.regularizers.L2 keras.regularizers.l1_l2 keras.constraints.max_norm
            : -> view(unknown)
            keras.initializers.GlorotUniform keras.initializers.HeNormal keras.initializers.RandomNormal
            keras.initializers.RandomUniform
            keras.initializers.Zeros keras.initializers.Ones keras.initializers.Constant
            keras.initializers.glorot_uniform : -> object
            **.concatenate **.add **.multiply **.average : changes(*) -> holding(unknown)
            image.random_flip_left_right image.random_flip_up_down image.random_brightness image.random_contrast
            image.random_crop
            image.random_hue image.random_saturation image.stateless_random_crop nn.dropout random.stateless_uniform
            : draws -> view(unknown)
            io.read_file io.gfile.GFile io.gfile.exists io.gfile.listdir io.gfile.glob io.matching_files
            train.latest_checkpoint
            train.load_checkpoint train.list_variables saved_model.load
            : reads(filename@0 name@0 pattern@0 checkpoint_dir@0 export_dir@0 path@0) -> unknown
            io.write_file io.gfile.makedirs io.gfile.rmtree io.gfile.remove io.write_graph : writes(filename@0 path@0)
            io.gfile.copy : reads(src@0) writes(dst@1)
            saved_model.save : writes(export_dir@1)
            test.is_gpu_available test.gpu_device_name version.VERSION executing_eagerly config.list_physical_devices
            config.experimental.list_physical_devices config.list_logical_devices : -> container
            print debugging.assert_equal : pure
            keras.backend.set_floatx keras.backend.set_image_data_format keras.mixed_precision.set_global_policy
            autograph.set_verbosity
            get_logger compat.v1.disable_eager_execution compat.v1.enable_eager_execution
            compat.v1.disable_v2_behavior
            compat.v1.logging.set_verbosity logging.set_verbosity get_logger.setLevel : configures -> unknown
"""

MODELS = (
    LibraryModel(library="tensorflow", rules=_MODEL + _TENSORS, decorators=words("function")),
    LibraryModel(library="keras", rules=_MODEL),
)
