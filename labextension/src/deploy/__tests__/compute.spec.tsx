import { nullTranslator } from '@jupyterlab/translation';
import React from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { IStepCompute } from '../../records';
import { Compute, groupByPlace } from '../compute';

const trans = nullTranslator.load('jupyter_pipeline');

function step(name: string, text: string, profile = ''): IStepCompute {
  return { step: name, profile, cpus: 0, memory: '', gpus: 0, text };
}

test('steps are grouped by the place where they run', () => {
  const steps = [step('a', 'x', 'x'), step('b', 'y'), step('c', 'x', 'x')];
  expect(Array.from(groupByPlace(steps))).toEqual([
    ['x', ['a', 'c']],
    ['y', ['b']]
  ]);
  const html = renderToStaticMarkup(<Compute steps={steps} trans={trans} />);
  expect(html).toContain('<dt>a, c</dt><dd>x</dd>');
});

test('a pipeline in one process shows no compute', () => {
  const steps = [step('a', 'process of the flow'), step('b', 'process of the flow')];
  expect(renderToStaticMarkup(<Compute steps={steps} trans={trans} />)).toBe('');
});
