import { readFileSync } from 'node:fs';
import type { xdr } from '@stellar/stellar-sdk/base';
import { Spec } from '@stellar/stellar-sdk/contract';
import { describe, expect, test } from 'vitest';
import { functions } from './calls.ts';
import { snake } from './codec.ts';
import { eventTypes } from './events.ts';
import { refusals } from './refusals.ts';
import { config, params } from './types.ts';

/** The community's contract describes itself: what is written by hand here has to say the same. */
const spec = Spec.fromWasm(new Uint8Array(readFileSync(new URL('../../../../contracts/incentive/incentive.wasm', import.meta.url))));

function shapeOf(type: xdr.ScSpecTypeDef): string {
  switch (type.type) {
    case 'scSpecTypeBytesN':
      return `bytes<${type.value.n}>`;
    case 'scSpecTypeVec':
      return `vec<${shapeOf(type.value.elementType)}>`;
    case 'scSpecTypeOption':
      return `option<${shapeOf(type.value.valueType)}>`;
    case 'scSpecTypeResult':
      return shapeOf(type.value.okType);
    case 'scSpecTypeUdt':
      return shapeOfNamed(type.value.name.toString());
    default:
      return type.type.replace('scSpecType', '').toLowerCase();
  }
}

function shapeOfNamed(name: string): string {
  const entry = spec.findEntry(name);
  switch (entry.type) {
    case 'scSpecEntryUdtStructV0':
      return structOf(entry.value.fields);
    case 'scSpecEntryUdtEnumV0':
      return entry.value.cases.map((variant) => `${variant.name.toString().toLowerCase()}=${variant.value}`).join('|');
    case 'scSpecEntryUdtUnionV0':
      return entry.value.cases
        .map((variant) => `${variant.value.name.toString()}(${variant.type === 'scSpecUdtUnionCaseTupleV0' ? variant.value.type.map(shapeOf).join() : ''})`)
        .join('|');
    default:
      throw new Error(`${name} is a ${entry.type}`);
  }
}

const structOf = (fields: readonly { name: { toString(): string }; type: xdr.ScSpecTypeDef }[]): string =>
  `{${fields
    .map((field) => `${field.name.toString()}:${shapeOf(field.type)}`)
    .sort()
    .join()}}`;

describe('written by hand is the same as what the contract says of itself', () => {
  test('functions: names, arguments in order, results', () => {
    const described = Object.fromEntries(
      spec
        .funcs()
        .filter(({ name }) => name.toString() !== '__constructor')
        .map(({ name, inputs, outputs }) => {
          const args = inputs.map((input) => `${input.name.toString()}:${shapeOf(input.type)}`);
          return [name.toString(), `(${args.join()}) ${outputs[0] ? shapeOf(outputs[0]) : 'void'}`];
        }),
    );
    const written = Object.fromEntries(
      Object.entries(functions).map(([name, { inputs, args, result }]) => [
        name,
        `(${args.map((codec, i) => `${inputs[i]}:${codec.shape}`).join()}) ${result.shape}`,
      ]),
    );
    expect(written).toEqual(described);
  });

  test('what it is set up with', () => {
    expect([config.shape, params.shape]).toEqual(spec.getFunc('__constructor').inputs.map(({ type }) => shapeOf(type)));
  });

  test('events: first topic, whose they are, data', () => {
    const described = Object.fromEntries(
      spec.events().map((event) => {
        const [first, ...more] = event.prefixTopics.map((topic) => topic.toString());
        expect(more).toEqual([]);
        const [topics, data] = [true, false].map((inTopics) =>
          event.params.filter(({ location }) => (location.name === 'scSpecEventParamLocationTopicList') === inTopics),
        );
        return [first, [topics!.map((param) => `${param.name.toString()}:${shapeOf(param.type)}`), structOf(data!)]];
      }),
    );
    const written = Object.fromEntries(Object.entries(eventTypes).map(([name, [ofNode, data]]) => [name, [ofNode ? ['node:bytes<32>'] : [], data.shape]]));
    expect(written).toEqual(described);
  });

  test('every error has a name and a sentence', () => {
    const described = spec.errorCases().map(({ name, value }) => [value, name.toString()]);
    expect([...refusals.values()].map(({ code, name }) => [code, name])).toEqual(described);
    for (const { words } of refusals.values()) expect(words).toMatch(/^[A-Z].*\.$/);
  });
});

test('names', () => {
  expect(['stroopsPer1000', 'hubKey', 'epoch', 'uptimeBp', 'latencyUsMax'].map(snake)).toEqual([
    'stroops_per_1000',
    'hub_key',
    'epoch',
    'uptime_bp',
    'latency_us_max',
  ]);
});
