import type { INotebookTracker } from '@jupyterlab/notebook';
import type { KernelSpec } from '@jupyterlab/services';

/**
 * A kernel whose environment a cluster can use.
 */
export interface IKernelChoice {
  readonly name: string;
  readonly title: string;
}

/**
 * The Python kernels of the server, the default one first.
 */
export function listPythonKernels(
  specs: KernelSpec.ISpecModels | null
): ReadonlyArray<IKernelChoice> {
  return Object.values(specs?.kernelspecs ?? {})
    .flatMap(spec => (spec?.language.toLowerCase() === 'python' ? [spec] : []))
    .map(({ display_name, name }) => ({ name, title: display_name }))
    .sort(
      (a, b) =>
        Number(b.name === specs?.default) - Number(a.name === specs?.default) ||
        a.title.localeCompare(b.title)
    );
}

/**
 * The name of the kernel of the current notebook, also before it runs; undefined without a notebook.
 */
export function currentKernel(notebooks: INotebookTracker | null): string | undefined {
  const context = notebooks?.currentWidget?.sessionContext;
  return context?.session?.kernel?.name ?? context?.kernelPreference.name ?? undefined;
}
