"""What is known of calls that touch more than values: files, the process, settings of libraries, random numbers."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.known import words

# Files

FILE_FUNCTIONS_READ = words(
    """
    os.listdir os.scandir os.walk os.stat os.path.exists os.path.isfile os.path.isdir os.path.getsize
    os.path.getmtime glob.glob glob.iglob numpy.load numpy.loadtxt numpy.genfromtxt numpy.fromfile
    joblib.load torch.load zipfile.ZipFile tarfile.open gzip.open bz2.open lzma.open sqlite3.connect
    h5py.File xarray.open_dataset zarr.open matplotlib.pyplot.imread PIL.Image.open fsspec.open
    duckdb.connect io.open duckdb.sql duckdb.query importlib.import_module
    """
)
FILE_FUNCTIONS_WRITE = words(
    """
    numpy.save numpy.savetxt numpy.savez numpy.savez_compressed joblib.dump torch.save os.remove os.unlink
    os.rename os.replace os.rmdir os.system shutil.copy shutil.copyfile shutil.copy2 shutil.move
    shutil.rmtree shutil.copytree shutil.unpack_archive shutil.make_archive urllib.request.urlretrieve
    subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen
    os.makedirs os.mkdir os.symlink os.link matplotlib.pyplot.savefig matplotlib.pyplot.imsave os.chmod
    os.popen zipfile.ZipFile tarfile.open gzip.open bz2.open lzma.open sqlite3.connect h5py.File zarr.open
    fsspec.open duckdb.connect duckdb.sql io.open
    """
)
UNKNOWN_PATH = words(
    """
    os.listdir os.scandir os.walk glob.glob glob.iglob
    os.makedirs os.mkdir os.system subprocess.run subprocess.call subprocess.check_call
    subprocess.check_output subprocess.Popen os.popen os.chdir shutil.unpack_archive shutil.rmtree
    shutil.move os.rename os.replace
    """
)
"""Calls that touch other files than their arguments tell."""
UNKNOWN_PATH_METHODS = words("mkdir rename glob rglob iterdir")
"""The same for methods."""
FILE_METHODS_READ = words("read_text read_bytes open exists is_file is_dir glob rglob iterdir stat")
FILE_METHODS_WRITE = words(
    """
    write_text write_bytes open mkdir unlink touch rename rmdir symlink_to savefig save write_image
    write_html save_model dump extractall
    """
)

# The process

PROCESS_WIDE = (
    "locale.setlocale",
    "os.add_dll_directory",
    "os.chdir",
    "os.environ",
    "os.putenv",
    "os.umask",
    "sys.modules",
    "sys.path",
    "sys.setrecursionlimit",
    "time.tzset",
)
"""What changes the whole process: always kept."""
LOOKING_METHODS = words("get copy items keys values index count")
"""What is done with the state of the process without changing it."""

# Settings of libraries

CONFIGURING = (
    "basic",
    "capture",
    "config",
    "disable",
    "enable",
    "filterwarnings",
    "init",
    "install",
    "manual_seed",
    "options",
    "patch",
    "rc",
    "register",
    "reset",
    "seed",
    "set",
    "simplefilter",
    "use",
)
"""Beginnings of the names of functions that a statement calls for their effect on the library."""

# Random numbers

SEEDS = words(
    """
    random.seed numpy.random.seed torch.manual_seed tensorflow.random.set_seed random.setstate
    numpy.random.set_state transformers.set_seed
    """
)
"""Functions that set what is drawn from then on."""
DRAWS_FROM_SEED = words("sklearn scipy imblearn lightgbm xgboost catboost torch tensorflow keras nltk")
"""Libraries any of whose functions may draw random numbers."""
OWN_GENERATORS = words("default_rng RandomState Generator SeedSequence PCG64 Random SystemRandom")
"""What makes a generator with a state of its own."""
