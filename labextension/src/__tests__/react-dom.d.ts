/** The part of React DOM that the tests use; JupyterLab brings the package, without its types. */
declare module 'react-dom/client' {
  export function createRoot(node: Element): {
    render(element: JSX.Element): void;
  };
}
