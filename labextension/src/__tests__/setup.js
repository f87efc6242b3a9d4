// What browsers have and jsdom has not.
const { TextDecoder, TextEncoder } = require('util');

Object.assign(globalThis, { TextDecoder, TextEncoder });
for (const name of ['fetch', 'Headers', 'Request', 'Response']) {
  globalThis[name] ??= class {};
}

// jsdom has no drag and drop, which Lumino's widgets name when they are imported.
globalThis.DragEvent ??= class DragEvent extends MouseEvent {};
