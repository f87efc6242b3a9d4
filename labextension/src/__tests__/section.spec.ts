import { DisposableDelegate } from '@lumino/disposable';
import { Panel, Widget } from '@lumino/widgets';

import { Section } from '../section';
import type { IPolled } from '../tokens';

// The components of JupyterLab need more of a browser than jsdom has.
jest.mock('@jupyterlab/ui-components', () => ({
  ReactWidget: jest.requireActual('@lumino/widgets').Widget,
  Toolbar: jest.requireActual('@lumino/widgets').Widget
}));

class Example extends Section {
  render(): null {
    return null;
  }
}

test('a section is a viewer while it and its parents are visible', () => {
  let viewers = 0;
  const watch = () => {
    viewers += 1;
    return new DisposableDelegate(() => (viewers -= 1));
  };
  const section = new Example({ watch } as unknown as IPolled);
  const panel = new Panel();
  panel.addWidget(section);
  expect(viewers).toBe(0);
  Widget.attach(panel, document.body);
  expect(viewers).toBe(1);
  section.hide(); // collapsed
  expect(viewers).toBe(0);
  panel.hide(); // and the sidebar too
  section.show();
  expect(viewers).toBe(0);
  panel.show();
  expect(viewers).toBe(1);
  panel.hide();
  expect(viewers).toBe(0);
  panel.show();
  Widget.detach(panel);
  expect(viewers).toBe(0);
  Widget.attach(panel, document.body);
  panel.dispose();
  expect(viewers).toBe(0);
});
