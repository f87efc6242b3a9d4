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
            **.image_dataset_from_directory **.text_dataset_from_directory **.load_data : reads(any) draws -> unknown
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
"""

MODELS = (
    LibraryModel(library="tensorflow", rules=_MODEL + _TENSORS, decorators=words("function")),
    LibraryModel(library="keras", rules=_MODEL),
)
