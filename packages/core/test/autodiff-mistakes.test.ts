/** @file What grad, valueAndGrad, vjp and jvp say to wrong arguments, and wrong functions. */
import { describe, expect, it } from 'vitest'
import { grad, jvp, TapegradError, type Tensor, tensor, valueAndGrad, vjp } from '../src/index.ts'
import { f64, loose } from './support/f64.ts'

describe('mistakes', () => {
  const square = (x: Tensor): Tensor => x.square()
  it.each<[string, () => unknown, string]>([
    ['grad of no function', () => loose(grad)(5), 'grad: expected a function, got 5'],
    ['grad of a tensor', () => loose(grad)(f64(1)), 'grad: expected a function, got a tensor of shape []'],
    ['vjp of no function', () => loose(vjp)(), 'vjp: expected a function, got undefined'],
    ['jvp of no function', () => loose(jvp)(null, [], []), 'jvp: expected a function, got null'],
    ['options that are none', () => loose(grad)(square, 1), 'grad: options must be a plain object'],
    ['null options', () => loose(valueAndGrad)(square, null), 'valueAndGrad: options must be a plain object'],
    [
      'a fractional argnums',
      () => grad(square, { argnums: 0.5 as 0 }),
      'grad: argnums must be a whole number >= 0',
    ],
    [
      'a negative argnums',
      () => grad(square, { argnums: -1 as 0 }),
      'grad: argnums must be a whole number >= 0',
    ],
    [
      'argnums of text',
      () => loose(grad)(square, { argnums: '0' }),
      'grad: argnums must be a whole number >= 0',
    ],
    ['argnums twice', () => grad(square, { argnums: [0, 0] }), 'grad: argnums names argument 0 twice'],
    [
      'argnums beyond the arguments',
      () => loose(grad(square, { argnums: 1 as 0 }))(f64(1)),
      'grad: argnums names argument 1, the function was called with 1',
    ],
    [
      'no arguments',
      () => loose(grad(square))(),
      'grad: argnums names argument 0, the function was called with 0',
    ],
    [
      'a number argument',
      () => loose(grad(square))(3),
      'grad: an argument is 3; arguments are tensors, or arrays',
    ],
    [
      'a class instance in a tree',
      () => loose(grad((_: unknown) => f64(1)))({ a: [new Map()] }),
      "grad: the argument's .a[0] is a Map; arguments are tensors",
    ],
    ['a hole in a tree', () => loose(grad(square))(new Array(1)), "grad: the argument's [0] is undefined"],
    [
      'a vector result',
      () => loose(grad)((x: Tensor) => x)(f64([1, 2])),
      'grad: the function must return one element, it returned shape [2]; reduce it with sum() or mean(), or use vjp',
    ],
    [
      'an integer result',
      () => grad((x: Tensor) => x.to('int32'))(f64(1)),
      'grad: the function must return a floating-point tensor, it returned int32',
    ],
    [
      'a result that is no tensor',
      () => loose(grad)(() => 5)(f64(1)),
      'grad: the function must return a tensor, it returned 5',
    ],
    [
      'a tree as result',
      () => loose(vjp)((x: Tensor) => [x], f64(1)),
      'vjp: the function must return a tensor, it returned',
    ],
    [
      'a cotangent of another shape',
      () => vjp(square, f64([1, 2]))[1](f64(1)),
      'vjp: the cotangent is float64 [], the output float64 [2]; pass a tensor like it',
    ],
    [
      'a cotangent of another dtype',
      () => vjp(square, f64([1, 2]))[1](tensor([1, 2]) as Tensor),
      'vjp: the cotangent is float32 [2], the output float64 [2]',
    ],
    [
      'no cotangent for a vector',
      () => loose(vjp(square, f64([1, 2]))[1])(),
      'vjp: the tensor has shape [2], not one element',
    ],
    [
      'a number as cotangent',
      () => loose(vjp(square, f64(1))[1])(1),
      'vjp: the cotangent is 1, the output float64 []; pass a tensor like it',
    ],
    [
      'no tangents',
      () => loose(jvp)(square, [f64(1)]),
      'jvp: expected an array of inputs and one tangent for each',
    ],
    [
      'a tangent too few',
      () => loose(jvp)(square, [f64(1)], []),
      'jvp: expected an array of inputs and one tangent for each',
    ],
    ['a bare tensor', () => loose(jvp)(square, f64(1), f64(1)), 'jvp: expected an array of inputs'],
    [
      'a tangent of another shape',
      () => jvp(square, [f64([1, 2])], [f64(1)]),
      'jvp: the tangent at [0] is float64 [], its input float64 [2]; pass a tensor like it',
    ],
    [
      'a tangent of another dtype',
      () => jvp(square, [f64(1)], [tensor(1) as Tensor]),
      'jvp: the tangent at [0] is float32 [], its input float64 []',
    ],
    [
      'a number as tangent',
      () => loose(jvp)(square, [f64(1)], [1]),
      'jvp: the tangent at [0] is 1, its input float64 []; pass a tensor like it',
    ],
    [
      'tangents of another structure',
      () => loose(jvp)((t: Tensor[]) => t[0], [[f64(1), f64(1)]], [[f64(1)]]),
      'jvp: [0] is an array of 2, its counterpart is an array of length 1; the trees must have one structure',
    ],
    [
      'a tangent too many',
      () => loose(jvp)((t: { a: Tensor }) => t.a, [{ a: f64(1) }], [{ a: f64(1), b: f64(1) }]),
      'jvp: [0] is an object with the keys a, its counterpart is a plain object; the trees must have one structure',
    ],
    [
      'tangents under other keys',
      () => loose(jvp)((t: { a: Tensor }) => t.a, [{ a: f64(1) }], [{ b: f64(1) }]),
      'jvp: [0] is an object with the keys a, its counterpart is a plain object',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(TapegradError)
    expect(run).toThrow(message)
  })
  it('a tree that contains itself', () => {
    const tree: unknown[] = [f64(1)]
    tree.push(tree)
    expect(() => loose(grad(square))(tree)).toThrow(
      'grad: an argument or result nests deeper than 200 levels',
    )
  })
})
