"""Statements that change an object, a service or a file of a library are kept for later statements that use it."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.slicer import slice_cells

CASES: dict[str, tuple[bool, list[str]]] = {
    "toml": (
        True,
        ["import toml", 'with open("a.toml", "w") as f: toml.dump({"a": 1}, f)', 'back = toml.load("a.toml")'],
    ),
    "fsmv": (
        True,
        [
            'import fsspec\nfs = fsspec.filesystem("file"); fs.pipe("a.txt", b"q")',
            'fs.mv("a.txt", "b.txt")',
            'x=fs.ls(".")',
        ],
    ),
    "fsmem": (
        True,
        [
            'import fsspec\na = fsspec.filesystem("memory")',
            'a.pipe("/k", b"v")',
            'x=fsspec.filesystem("memory").cat("/k")',
        ],
    ),
    "fsmv2": (
        True,
        ['import fsspec\nfs = fsspec.filesystem("file")', 'fs.mv("a.csv","c.csv")', 'x=open("c.csv").read()'],
    ),
    "boto": (
        True,
        [
            "import boto3\ns3=boto3.client('s3')",
            "s3.put_object(Bucket='b',Key='k',Body=b'x')",
            "x=boto3.client('s3').get_object(Bucket='b',Key='k')['Body'].read()",
        ],
    ),
    "boto2": (
        False,
        [
            "import boto3\ns3=boto3.client('s3')\nimport pandas as pd",
            "s3.put_object(Bucket='b',Key='k',Body=b'x')",
            "x=pd.read_csv('a.csv')",
        ],
    ),
    "spark": (
        True,
        [
            (
                "from pyspark.sql import SparkSession\nspark=SparkSession.builder.appName('a').getOrCreate()\n"
                "df=spark.read.csv('a.csv')"
            ),
            "df.createOrReplaceTempView('t')",
            "x=spark.sql('select * from t').toPandas()",
        ],
    ),
    "spark2": (
        False,
        [
            (
                "from pyspark.sql import SparkSession\nspark=SparkSession.builder.appName('a').getOrCreate()\n"
                "df=spark.read.csv('a.csv')"
            ),
            "df.show()",
            "x=df.toPandas()",
        ],
    ),
    "sparkw": (
        True,
        [
            (
                "from pyspark.sql import SparkSession\nspark=SparkSession.builder.appName('a').getOrCreate()\n"
                "df=spark.read.csv('a.csv')"
            ),
            "df.write.mode('overwrite').parquet('o')",
            "x=spark.read.parquet('o').count()",
        ],
    ),
    "pymc": (
        True,
        [
            "import pymc as pm\nwith pm.Model() as model:\n    a=pm.Normal('a')",
            "with model:\n    b=pm.Normal('b',a)",
            "with model:\n    tr=pm.sample()",
        ],
    ),
    "trainer": (
        True,
        [
            (
                "from transformers import *\nfrom transformers import Trainer,AutoModel\n"
                "m=AutoModel.from_pretrained('b')\nt=Trainer(m)"
            ),
            "t.train()",
            "x=m(1)",
        ],
    ),
    "tokens": (
        False,
        ["from transformers import AutoTokenizer\ntok=AutoTokenizer.from_pretrained('b')", "y=tok('a')", "x=tok('b')"],
    ),
    "hfds": (False, ["from datasets import load_dataset\nd=load_dataset('b')", "d.map(lambda r: r)", "x=d['train']"]),
    "so": (
        True,
        [
            (
                "import seaborn.objects as so\nimport matplotlib.pyplot as plt\nfig,ax=plt.subplots()\n"
                "p=so.Plot([1],[2]).add(so.Line())"
            ),
            "p.on(ax).plot()",
            "fig.savefig('x.png')",
        ],
    ),
    "h5": (True, ["import h5py\nf=h5py.File('a.h5','w')", "f['x']=[1]", "f.close()\ny=h5py.File('a.h5')['x'][:]"]),
    "zarr": (True, ["import zarr\nz=zarr.open('a.zarr',mode='w',shape=3)", "z[:]=1", "y=zarr.open('a.zarr')[:]"]),
    "widget": (True, ["import ipywidgets as w\ns=w.IntSlider()", "s.value=3", "x=s.value"]),
    "bokeh": (
        True,
        [
            "from bokeh.plotting import figure,output_file,save\np=figure()\noutput_file('x.html')",
            "p.line([1],[2])",
            "save(p)",
        ],
    ),
    "bokeh2": (
        True,
        [
            "from bokeh.plotting import figure,output_file,show\np=figure()\noutput_file('x.html')",
            "show(p)",
            "t=open('x.html').read()",
        ],
    ),
    "folium": (True, ["import folium\nm=folium.Map()", "folium.Marker([1,2]).add_to(m)", "m.save('m.html')"]),
    "ee": (False, ["import ee\nee.Initialize()\ni=ee.Image('a')", "i.getInfo()", "x=i.reduceRegion('a').getInfo()"]),
    "dendro": (
        True,
        [
            (
                "import scipy.cluster.hierarchy as h, matplotlib.pyplot as plt\nfig,ax=plt.subplots()\n"
                "l=h.linkage([[1],[2]])"
            ),
            "h.dendrogram(l,ax=ax)",
            "fig.savefig('x.png')",
        ],
    ),
    "erfout": (True, ["import scipy.special as s, numpy as np\na=np.ones(3)", "s.erf(a,a)", "x=a.sum()"]),
    "optuna": (
        True,
        [
            "import optuna\nst=optuna.create_study()",
            "st.optimize(lambda t: t.suggest_float('x',0,1), n_trials=3)",
            "x=st.best_params",
        ],
    ),
    "mlflow": (
        True,
        ["import mlflow", "mlflow.set_experiment('a')", "mlflow.log_metric('m',1)\nx=mlflow.search_runs()"],
    ),
    "tfds": (
        True,
        [
            "import tensorflow as tf",
            "open('a.rec','wb').write(b'')",
            "x=list(tf.data.TFRecordDataset('a.rec').batch(2))",
        ],
    ),
    "arviz": (
        True,
        [
            "import arviz as az\nimport matplotlib.pyplot as plt",
            "az.style.use('x')",
            "plt.plot([1]); plt.savefig('a.png')",
        ],
    ),
    "yf": (False, ["import yfinance as yf\nd=yf.download('A')", "d.head()", "x=d['Close']"]),
    "httpclient": (
        True,
        ["import httpx\nc=httpx.Client(base_url='http://a')", "c.post('/x',json={})", "x=c.get('/y').json()"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_statement_is_kept_if_the_last_cell_depends_on_it(name: str) -> None:
    kept, cells = CASES[name]
    assert (cells[-2] in slice_cells(cells, len(cells) - 1).source) is kept
