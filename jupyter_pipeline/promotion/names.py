from __future__ import annotations

import ast
import builtins

from jupyter_pipeline.promotion.statements import Program

BUILTINS = frozenset(dir(builtins)) | {"__name__", "__doc__", "__builtins__", "display", "__not_python__"}


def analyse(program: Program) -> list[tuple[int, str, int]]:
    env: dict[str, int] = {}
    functions: dict[str, set[str]] = {}
    missing = []
    for s in program.statements:
        bit = 1 << s.number
        loads, stores, mutated = set(), set(), set()
        local = set()
        for node in ast.walk(s.node):
            if isinstance(node, ast.Name):
                (loads if isinstance(node.ctx, ast.Load) else stores).add(node.id)
            elif isinstance(node, ast.arg):
                local.add(node.arg)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                stores.update((a.asname or a.name).split(".")[0] for a in node.names)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                stores.add(node.name)
            elif isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
                root = node
                while isinstance(root, (ast.Subscript, ast.Attribute)):
                    root = root.value
                if isinstance(root, ast.Name):
                    mutated.add(root.id)
        if isinstance(s.node, ast.AugAssign):
            loads |= stores
        if isinstance(s.node, ast.Expr) and isinstance(s.node.value, ast.Call) and isinstance(s.node.value.func, ast.Attribute):
            root = s.node.value.func
            while isinstance(root, (ast.Attribute, ast.Call)):
                root = root.value if isinstance(root, ast.Attribute) else root.func
            if isinstance(root, ast.Name):
                mutated.add(root.id)
        if isinstance(s.node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            free = loads - stores - local
            functions[s.node.name] = free
            s.deferred = free - BUILTINS
            s.bound = {s.node.name}
        else:
            if isinstance(s.node, (ast.For, ast.With)):
                loads -= stores - set(env)
            todo = [n for n in loads - local]
            seen = set()
            while todo:
                n = todo.pop()
                if n in seen:
                    continue
                seen.add(n)
                todo += functions.get(n, ())
            for n in sorted(seen):
                if n in env:
                    s.needs |= env[n]
                    s.read.add(n)
                elif n not in BUILTINS and n not in stores:
                    missing.append((s.number, n, s.node.lineno))
                    s.read.add(n)
            s.bound = stores
        for n in mutated:
            if n in env:
                env[n] |= bit
        for n in s.bound:
            env[n] = bit
    return missing
