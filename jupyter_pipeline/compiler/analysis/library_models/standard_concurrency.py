"""Standard library: threads, processes, coroutines and events."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="concurrent",
        rules="""
        futures.as_completed : lazy -> iterator
        futures.wait : changes(fs@0) -> container
        futures.ThreadPoolExecutor futures.ProcessPoolExecutor futures.Executor : -> Executor
        futures.thread.ThreadPoolExecutor futures.process.ProcessPoolExecutor : -> Executor
        futures.TimeoutError futures.CancelledError futures.BrokenExecutor futures.InvalidStateError
        futures.process.BrokenProcessPool : -> object

        class Executor : object
          submit : -> holding(Future)
          map : -> iterator
          shutdown : changes(self)
        class futures.Future : object
          done result exception running cancelled : -> part
          cancel add_done_callback set_result set_exception set_running_or_notify_cancel : changes(self)
        """,
    ),
    LibraryModel(
        library="multiprocessing",
        rules="""
        set_start_method set_executable set_forkserver_preload freeze_support log_to_stderr
        allow_connection_pickling : process
        cpu_count get_start_method get_all_start_methods active_children parent_process current_process : -> object
        Pool pool.ThreadPool pool.Pool dummy.Pool : -> Pool
        Queue SimpleQueue JoinableQueue : -> queue.Queue
        Lock RLock Event Condition Semaphore BoundedSemaphore Barrier : -> threading.Lock
        Process : -> threading.Thread
        get_context get_logger Pipe Manager Value Array RawValue RawArray shared_memory.SharedMemory
        shared_memory.ShareableList managers.BaseManager managers.SyncManager : -> foreign
        ProcessError BufferTooShort AuthenticationError TimeoutError : -> object

        class Pool : object
          map starmap apply : -> part
          imap imap_unordered : -> iterator
          apply_async map_async starmap_async : -> holding(concurrent.Future)
          close join terminate : changes(self)
        """,
    ),
    LibraryModel(
        library="asyncio",
        rules="""
        set_event_loop set_event_loop_policy set_child_watcher : process
        run gather wait wait_for shield ensure_future create_task to_thread run_coroutine_threadsafe wrap_future
        : -> part
        as_completed : lazy -> iterator
        sleep iscoroutine iscoroutinefunction isfuture : pure
        get_event_loop get_running_loop new_event_loop get_event_loop_policy get_child_watcher current_task
        all_tasks timeout timeout_at Runner TaskGroup Task Future Handle Server Timeout StreamReader StreamWriter
        SelectorEventLoop DefaultEventLoopPolicy AbstractEventLoop AbstractEventLoopPolicy Protocol Transport
        DatagramProtocol Lock Event Condition Semaphore BoundedSemaphore Barrier Queue LifoQueue PriorityQueue
        Server : -> foreign
        open_connection start_server open_unix_connection start_unix_server : -> foreign
        create_subprocess_exec create_subprocess_shell : writes(any) -> foreign
        CancelledError InvalidStateError TimeoutError QueueEmpty QueueFull IncompleteReadError LimitOverrunError
        SendfileNotAvailableError BrokenBarrierError : -> object
        """,
    ),
    LibraryModel(
        library="select",
        rules="""
        select poll epoll kqueue kevent : -> foreign
        error : -> object
        """,
    ),
    LibraryModel(library="selectors", rules="DefaultSelector SelectSelector PollSelector EpollSelector : -> foreign"),
    LibraryModel(library="sched", rules="scheduler : -> foreign"),
)
