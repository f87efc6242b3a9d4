"""Standard library: containers, iterators and functions on them."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="collections",
        rules="""
        Counter deque OrderedDict UserDict UserList UserString : -> container
        defaultdict : -> default_dict
        ChainMap : -> part
        namedtuple : -> named_tuple
        Counter.fromkeys OrderedDict.fromkeys : -> container

        class deque(builtins.list)
          appendleft extendleft rotate : changes(self)
          popleft : changes(self) -> part
          .maxlen : -> constant
        class Counter(builtins.dict)
          subtract : changes(self)
          elements : -> iterator
          most_common : -> container
          total : -> constant
        class OrderedDict(builtins.dict)
          move_to_end : changes(self)
        """,
    ),
    LibraryModel(
        library="itertools",
        rules="""
        accumulate chain chain.from_iterable combinations combinations_with_replacement compress count cycle
        dropwhile filterfalse groupby islice pairwise batched permutations product repeat starmap takewhile tee
        zip_longest : lazy -> iterator
        """,
    ),
    LibraryModel(
        library="functools",
        rules="""
        partial partialmethod : -> unknown
        reduce : -> part
        update_wrapper : changes(wrapper@0) -> part
        cache cached_property lru_cache wraps total_ordering cmp_to_key singledispatch singledispatchmethod
        : -> object
        """,
        decorators=words("cache lru_cache wraps total_ordering cached_property"),
    ),
    LibraryModel(
        library="operator",
        rules="""
        __abs__ __add__ __and__ __concat__ __contains__ __eq__ __floordiv__ __ge__ __getitem__ __gt__ __index__
        __inv__ __invert__ __le__ __lshift__ __lt__ __matmul__ __mod__ __mul__ __ne__ __neg__ __not__ __or__
        __pos__ __pow__ __rshift__ __sub__ __truediv__ __xor__ _abs abs add and_ attrgetter concat contains
        countOf eq floordiv ge getitem gt index indexOf inv invert is_ is_not itemgetter le length_hint lshift lt
        call matmul methodcaller mod mul ne neg not_ or_ pos pow rshift sub truediv truth xor : -> part
        setitem delitem iadd iand iconcat ifloordiv ilshift imatmul imod imul ior ipow irshift isub itruediv ixor
        __setitem__ __delitem__ __iadd__ __iand__ __iconcat__ __ifloordiv__ __ilshift__ __imatmul__ __imod__
        __imul__ __ior__ __ipow__ __irshift__ __isub__ __itruediv__ __ixor__ : changes(*) -> part
        """,
    ),
    LibraryModel(
        library="copy",
        rules="""
        copy replace : lazy -> copy
        deepcopy : lazy -> deepcopy
        Error : -> object
        """,
    ),
    LibraryModel(
        library="heapq",
        rules="""
        heappush heappop heapify heapreplace heappushpop : changes(*) -> part
        nlargest nsmallest : -> container
        merge : lazy -> iterator
        """,
    ),
    LibraryModel(
        library="bisect",
        rules="""
        insort insort_left insort_right : changes(*)
        bisect bisect_left bisect_right : pure
        """,
    ),
    LibraryModel(
        library="array",
        rules="""
        array ArrayType : -> array

        class array(builtins.list)
          fromlist fromstring frombytes fromunicode byteswap : changes(self)
          fromfile : changes(self) changes(@0)
          tofile : changes(f@0)
          tolist : -> container
          tobytes tounicode buffer_info : -> constant
          .itemsize .typecode : -> constant
        """,
    ),
    LibraryModel(
        library="weakref",
        rules="""
        WeakKeyDictionary WeakSet WeakValueDictionary : -> container
        CallableProxyType ProxyType ReferenceType getweakrefcount : -> object
        ref proxy WeakMethod getweakrefs : -> part
        finalize : process -> foreign
        """,
    ),
    LibraryModel(
        library="queue",
        rules="""
        Empty Full : -> object
        Queue LifoQueue PriorityQueue SimpleQueue : -> Queue

        class Queue : object
          put put_nowait task_done : changes(self)
          get get_nowait : changes(self) -> part
          qsize empty full join : pure
        """,
    ),
    LibraryModel(library="graphlib", rules="CycleError : -> object\nTopologicalSorter : -> foreign"),
)
