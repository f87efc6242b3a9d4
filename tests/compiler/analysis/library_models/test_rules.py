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
    "decorated task": (
        True,
        [
            ("import dask\nout=[]\n@dask.delayed\ndef push(x): out.append(x)\ntasks=[push(i) for i in range(2)]"),
            "res=dask.compute(*tasks, scheduler='sync')",
            "print(out)",
        ],
    ),
    "task of a call": (
        True,
        [
            ("import dask\nout=[]\ndef push(x): out.append(x)\ntasks=[dask.delayed(push)(i) for i in range(2)]"),
            "res=dask.compute(*tasks)",
            "print(out)",
        ],
    ),
    "computed task": (
        True,
        [
            "from dask import delayed\nout=[]\n@delayed\ndef push(x): out.append(x)\nt=push(1)",
            "r=t.compute()",
            "print(out)",
        ],
    ),
    "task of tasks": (
        True,
        [
            ("from dask import delayed\nout=[]\n@delayed\ndef push(x): out.append(x)\ntotal=delayed(sum)([push(1)])"),
            "r=total.compute()",
            "print(out)",
        ],
    ),
    "pure task": (
        False,
        ["from dask import delayed\n@delayed\ndef inc(x): return x+1\nt=inc(1)", "r=t.compute()", "u=inc(2)"],
    ),
    "scaler": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)"
            ),
            "Z=StandardScaler(copy=False).fit_transform(X)",
            "print(X)",
        ],
    ),
    "named scaler": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)\nsc=StandardScaler(copy=False)"
            ),
            "Z=sc.fit_transform(X)",
            "print(X)",
        ],
    ),
    "pca": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)"
            ),
            "p=PCA(copy=False).fit(X)",
            "print(X)",
        ],
    ),
    "regression": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)"
            ),
            "p=LinearRegression(copy_X=False).fit(X,X[:,0])",
            "print(X)",
        ],
    ),
    "imputer": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)"
            ),
            "p=SimpleImputer(copy=False).fit_transform(X)",
            "print(X)",
        ],
    ),
    "pipeline": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)\np=make_pipeline(StandardScaler(copy=False))"
            ),
            "p.fit(X)",
            "print(X)",
        ],
    ),
    "set_params": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)\np=StandardScaler()\np.set_params(copy=False)"
            ),
            "p.fit_transform(X)",
            "print(X)",
        ],
    ),
    "copy of transform": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)\np=StandardScaler().fit(X)"
            ),
            "q=p.transform(X,copy=False)",
            "print(X)",
        ],
    ),
    "copy is true": (
        False,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)"
            ),
            "Z=StandardScaler(copy=True).fit_transform(X)",
            "print(X)",
        ],
    ),
    "copy by default": (
        False,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)"
            ),
            "Z=StandardScaler().fit_transform(X)",
            "print(X)",
        ],
    ),
    "scale": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)"
            ),
            "Z=scale(X,copy=False)",
            "print(X)",
        ],
    ),
    "alias of a transformed array": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)\nZ=StandardScaler(copy=False).fit_transform(X)"
            ),
            "Z[0,0]=9",
            "print(X)",
        ],
    ),
    "transformed copy": (
        False,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)\nZ=StandardScaler().fit_transform(X)"
            ),
            "Z[0,0]=9",
            "print(X)",
        ],
    ),
    "unpacked arguments": (
        False,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)\nd={'with_mean': True}"
            ),
            "Z=StandardScaler(**d).fit(X)",
            "print(X)",
        ],
    ),
    "unpacked copy": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.preprocessing import StandardScaler,scale\n"
                "from sklearn.decomposition import PCA\nfrom sklearn.linear_model import LinearRegression\n"
                "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import make_pipeline\n"
                "X=np.arange(4.).reshape(2,2)\nd={'copy': False}"
            ),
            "Z=StandardScaler(**d).fit(X)",
            "print(X)",
        ],
    ),
    "shared elements of a series": (
        True,
        ["import pandas as pd\nlst=[1]\ns=pd.Series([lst,lst])", "s[0].append(9)", "print(s[1])"],
    ),
    "list in a series": (
        True,
        ["import pandas as pd\nlst=[1]\ns=pd.Series([lst,lst])", "s[0].append(9)", "print(lst)"],
    ),
    "list in a column": (
        True,
        ["import pandas as pd\ndf=pd.DataFrame({'a':[[1],[2]]})", "df['a'][0].append(1)", "print(df)"],
    ),
    "list in a cell": (
        True,
        ["import pandas as pd\ndf=pd.DataFrame({'a':[[1],[2]]})", "df.loc[0,'a'].append(1)", "print(df)"],
    ),
    "lists of a column": (
        True,
        ["import pandas as pd\ndf=pd.DataFrame({'a':[[1],[2]]})", "for l in df['a']: l.append(3)", "print(df)"],
    ),
    "list in a frame": (
        True,
        ["import pandas as pd\nl=[1]\ndf=pd.DataFrame({'a':[l]})", "df['a'][0].append(1)", "print(l)"],
    ),
    "list in an array": (
        True,
        ["import numpy as np\na=np.array([[1],[2,3]],dtype=object)", "a[0].append(9)", "print(a)"],
    ),
    "lists of an array": (
        True,
        ["import numpy as np\na=np.array([[1],[2,3]],dtype=object)", "for x in a: x.append(9)", "print(a)"],
    ),
    **{
        f"list in a copy, {copy}: {change}": (
            True,
            ["import pandas as pd\ndf = pd.DataFrame({'a': [[1], [2]]})", copy, change, "print(df)"],
        )
        for copy in ("g = df.copy()", "g = df[df.index > 0]", "g = pd.concat([df, df])", "g = df.sort_index()")
        for change in (
            "g['a'][1].append(1)",
            "g.loc[1, 'a'].append(1)",
            "for one in g['a']:\n    one.append(1)",
            "for one in g.a.tolist():\n    one.append(1)",
            "g['a'].apply(lambda one: one.append(1))",
            "g.at[1, 'a']['k'] = 1",
        )
    },
    **{
        f"copy: {change}": (
            False,
            ["import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})", "g = df.copy()", change, "print(df)"],
        )
        for change in (
            "g['c'] = 1",
            "g.loc[0, 'a'] = 5",
            "g['a'].iloc[0] = 5",
            "g['a'] += 1",
            "g.insert(0, 'z', 1)",
            "g.loc[:, 'a'].fillna(0, inplace=True)",
        )
    },
    **{
        f"attached {call}": (
            True,
            [
                "import sqlalchemy as sa\nmd = sa.MetaData()\nt = sa.Table('t', md, sa.Column('a', sa.Integer))",
                call,
                "md.create_all(sa.create_engine('sqlite://'))",
            ],
        )
        for call in (
            "sa.Index('ix', t.c.a)",
            "one = sa.Index('ix', t.c.a)",
            "sa.UniqueConstraint(t.c.a)",
            "one = sa.CheckConstraint(t.c.a > 1)",
            "sa.schema.PrimaryKeyConstraint(t.c.a)",
            "sa.ForeignKeyConstraint([t.c.a], ['u.id'])",
            "one = sa.Sequence('sq', metadata=md)",
            "one = sa.Enum('a', 'b', name='kind', metadata=md)",
        )
    },
    "free sequence": (
        False,
        ["import sqlalchemy as sa\nmd = sa.MetaData()", "one = sa.Sequence('sq')", "names = list(md.tables)"],
    ),
    "context of a stack": (
        True,
        [
            "import contextlib, unlisted\nst = contextlib.ExitStack(); s = unlisted.S()",
            "x = st.enter_context(s)",
            "s.n",
        ],
    ),
    "context of the notebook": (
        True,
        [
            (
                "import contextlib\nlog = []\nclass S:\n    def __enter__(self):\n        log.append(1)\n"
                "    def __exit__(self, *a): pass\nst = contextlib.ExitStack()"
            ),
            "x = st.enter_context(S())",
            "n = len(log)",
        ],
    ),
    "SQL that deletes": (
        True,
        [
            "from google.cloud import bigquery\nc = bigquery.Client()",
            "c.query('delete from t').result()",
            "print(c.query('select * from t').to_dataframe())",
        ],
    ),
    "result of a job": (
        True,
        [
            "from google.cloud import bigquery\nc = bigquery.Client()",
            "job = c.query('insert into t values (1)')",
            "job.result()",
            "print(c.query('select * from t').to_dataframe())",
        ],
    ),
    "SQL of a service before another reader": (
        True,
        [
            "from google.cloud import bigquery\nc = bigquery.Client()\nimport pandas as pd",
            "c.query('delete from t').result()",
            "print(pd.read_gbq('select * from t'))",
        ],
    ),
    "table of a service": (
        True,
        ["import pandas as pd", "pd.DataFrame({'a': [1]}).to_gbq('d.t')", "print(pd.read_gbq('select * from d.t'))"],
    ),
    "clipboard": (
        True,
        ["import pandas as pd", "pd.DataFrame({'a': [1]}).to_clipboard()", "print(pd.read_clipboard())"],
    ),
    "iceberg table": (
        True,
        ["import pandas as pd", "pd.DataFrame({'a': [1]}).to_iceberg('t')", "print(pd.read_iceberg('t'))"],
    ),
    "clipboard of polars": (
        True,
        ["import polars as pl", "pl.DataFrame({'a': [1]}).write_clipboard()", "print(pl.read_clipboard())"],
    ),
    "SQL that drops a table": (
        True,
        [
            "import polars as pl\nctx = pl.SQLContext(a=pl.DataFrame({'x': [1]}))",
            "q = ctx.execute('drop table a', eager=True)",
            "try:\n    print(ctx.execute('select * from a', eager=True))\nexcept Exception:\n    print('gone')",
        ],
    ),
    "SQL that creates a table": (
        True,
        [
            "import polars as pl\nctx = pl.SQLContext(a=pl.DataFrame({'x': [1]}))",
            "q = ctx.execute('create table b as select * from a').collect()",
            "try:\n    print(ctx.execute('select * from b', eager=True))\nexcept Exception:\n    print('gone')",
        ],
    ),
    "SQL that reads a file": (
        True,
        [
            "import polars as pl",
            "pl.DataFrame({'x': [1]}).write_csv('a.csv')",
            "print(pl.sql(\"select * from read_csv('a.csv')\", eager=True))",
        ],
    ),
    "pixels of an image": (
        True,
        [
            "from PIL import Image\nim = Image.new('L',(4,4)); px = im.load()",
            "for i in range(4): px[i, i] = 255",
            "print(sum(im.getdata()))",
        ],
    ),
    "EXIF of an image": (
        True,
        [
            "from PIL import Image\nim = Image.new('L',(4,4))\ne = im.getexif()",
            "e[1] = 'x'",
            "print(dict(im.getexif()))",
        ],
    ),
    "view of einsum": (
        True,
        ["import numpy as np\na = np.ones((3, 3))\nd = np.einsum('ii->i', a)", "d[:] = 0", "print(a)"],
    ),
    "first power of a matrix": (
        True,
        ["import numpy as np\na = np.ones((3, 3))\nd = np.linalg.matrix_power(a, 1)", "d[:] = 0", "print(a)"],
    ),
    "view of trim_zeros": (True, ["import numpy as np\na = np.ones(3)\nd = np.trim_zeros(a)", "d[:] = 0", "print(a)"]),
    "view of astype": (
        True,
        ["import numpy as np\na = np.ones(3)\nd = np.astype(a, a.dtype, copy=False)", "d[:] = 0", "print(a)"],
    ),
    "view of ix_": (True, ["import numpy as np\na = np.ones(3)\nd = np.ix_(a)[0]", "d[:] = 0", "print(a)"]),
    "global generator of scikit-learn": (
        True,
        [
            (
                "import numpy as np\nfrom sklearn.utils import check_random_state\nnp.random.seed(0)\n"
                "rs = check_random_state(None)"
            ),
            "x = rs.rand()",
            "print(np.random.rand())",
        ],
    ),
    "generator passed to scikit-learn": (
        True,
        [
            "import numpy as np\nfrom sklearn.utils import check_random_state\nr = np.random.RandomState(0)",
            "x = check_random_state(r).rand()",
            "print(r.rand())",
        ],
    ),
    "global bit generator": (
        True,
        [
            "import numpy as np\nnp.random.seed(0)\ng = np.random.Generator(np.random.get_bit_generator())",
            "x = g.random()",
            "print(np.random.rand())",
        ],
    ),
    "generator of a frozen distribution": (
        True,
        ["from scipy import stats\nd = stats.norm()\nd.random_state = 3", "x = d.rvs()", "print(d.rvs())"],
    ),
    "seed of a distribution": (
        True,
        [
            "from scipy import stats\nd = stats.multivariate_normal([0.0], [[1.0]], seed=3)",
            "x = d.rvs()",
            "print(d.rvs())",
        ],
    ),
    "seed of a discrete distribution": (
        True,
        [
            "from scipy import stats\nd = stats.rv_discrete(values=([1, 2], [.5, .5]), seed=3)",
            "x = d.rvs(size=9)",
            "print(d.rvs(size=9))",
        ],
    ),
    "generator of a distribution of the library": (
        True,
        ["from scipy import stats\nstats.norm.random_state = 3", "x = stats.norm.rvs()", "print(stats.norm.rvs())"],
    ),
    "elements of a copied frame": (
        True,
        [
            "import pandas as pd\ndf = pd.DataFrame({'a': [[2, 1]]}); c = df.copy()",
            "c.loc[0,'a'].append(2)",
            "print(df)",
        ],
    ),
    "elements of a filtered frame": (
        True,
        [
            "import pandas as pd\ndf = pd.DataFrame({'a': [[2, 1]]}); c = df[df.a.notna()]",
            "c.loc[0,'a'].append(2)",
            "print(df)",
        ],
    ),
    "elements of a merged frame": (
        True,
        [
            "import pandas as pd\ndf = pd.DataFrame({'a': [[2, 1]], 'k': [1]}); c = df.merge(pd.DataFrame({'k': [1]}))",
            "c.loc[0,'a'].append(2)",
            "print(df)",
        ],
    ),
    "range of cells": (
        True,
        ["from openpyxl import Workbook\nws = Workbook().active", "r = ws['A1':'C3']", "print(ws.max_row)"],
    ),
    "cell of a sheet": (
        True,
        ["from openpyxl import Workbook\nws = Workbook().active", "r = ws['C3'].value", "print(ws.max_row)"],
    ),
    "rows of a sheet": (
        True,
        [
            "from openpyxl import Workbook\nws = Workbook().active",
            "r = list(ws.iter_rows(max_row=3))",
            "print(ws._cells.keys())",
        ],
    ),
    "field names of a reader": (
        True,
        [
            "import csv, io\nf = io.StringIO('a\\n1\\n')\nd = csv.DictReader(f)",
            "x = d.fieldnames",
            "print(f.readline())",
        ],
    ),
    "prepared geometries": (
        True,
        [
            "import shapely, numpy as np\narr = np.array([shapely.Point(0, 0)])",
            "shapely.prepare(arr)",
            "print(shapely.is_prepared(arr))",
        ],
    ),
    "seed of the global generator of scikit-learn": (
        True,
        [
            "import numpy as np\nfrom sklearn.utils import check_random_state",
            "rs = check_random_state(None)\nrs.seed(0)",
            "print(np.random.rand())",
        ],
    ),
    "SQL that selects": (
        False,
        [
            "from google.cloud import bigquery\nc = bigquery.Client()",
            "d = c.query('select * from t')",
            "print(c.query('select * from t').to_dataframe())",
        ],
    ),
    "dimensions of a column": (
        True,
        [
            "from openpyxl import Workbook\nws = Workbook().active",
            "d = ws.column_dimensions['B']",
            "print(list(ws.column_dimensions))",
        ],
    ),
    "maximum": (False, ["import pandas as pd\ndf=pd.read_csv('a')", "x=df['a'].max()", "print(df)"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_statement_is_kept_if_the_last_cell_depends_on_it(name: str) -> None:
    kept, cells = CASES[name]
    assert (cells[-2] in slice_cells(cells, len(cells) - 1).source) is kept
