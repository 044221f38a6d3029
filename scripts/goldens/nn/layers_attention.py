"""
Goldens of Embedding, MultiHeadAttention and TransformerBlock: see layer_record.py.

Masks are inputs, by name, and ours: true where a query may see a key. PyTorch's modules want the opposite.
"""
import torch
from layer_record import layer, real, write
from torch import nn


def indices(*values):
    return torch.tensor(values, dtype=torch.int32)


def embedding(args, inputs, **options):
    count, dim, *rest = args
    padding = rest[0]["paddingIdx"] if rest else None
    module = nn.Embedding(count, dim, padding_idx=padding)
    layer("Embedding", args, module, inputs, call=lambda m, i: m(i.long()), **options)


embedding([5, 3], [indices([0, 4, 4], [2, 4, 0])], note="repeated indices")
embedding([5, 3], [indices([[3, 0], [1, 1]], [[2, 2], [2, 2]])], note="three axes")
embedding([4, 2], [torch.tensor(2, dtype=torch.int32)], note="one index")
embedding([5, 3, {"paddingIdx": 0}], [indices([0, 4, 0], [2, 4, 0])])
embedding([5, 3, {"paddingIdx": 4}], [indices([0, 4, 4, 1])])


def seen(*shape, seed=1):
    """Which keys queries may see: more than half of them, in each row at least one."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(*shape, generator=generator) < 0.6
    mask[..., 0] |= ~mask.any(-1)
    return mask


def triangle(queries, keys):
    """Query i sees key j where j - keys <= i - queries."""
    return torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)


def lengths(keys, *counts):
    """Of each sequence, the first keys count."""
    return torch.stack([torch.arange(keys) < count for count in counts])


def attention(args, inputs, masks=None, extra=None, note=""):
    """`inputs` are one tensor for call, three for attend; `masks` are ours, by name."""
    dim, heads, *rest = args
    options = rest[0] if rest else {}
    masks = masks or {}
    count = len(inputs)
    named = list(masks)
    causal = options.get("causal", False) or bool(extra and extra[0].get("causal"))

    def call(module, *xs):
        given = dict(zip(named, xs[count:]))
        query, key, value = (xs[:1] * 3) if count == 1 else xs[:3]
        single = query.dim() == 2
        if single:
            query, key, value = query[None], key[None], value[None]
        batch, queries, keys = query.shape[0], query.shape[1], key.shape[1]
        mask = given.get("mask")
        allowed = triangle(queries, keys) if causal else None
        if mask is not None:
            if mask.dim() == 3:
                mask = mask[:, None]
            if mask.dtype == torch.bool:
                allowed = mask if allowed is None else mask & allowed
            elif allowed is not None:
                raise ValueError("no reference for both")
        added = None
        if allowed is not None:
            added = (~allowed).expand(batch, heads, queries, keys).reshape(-1, queries, keys)
        elif mask is not None:
            added = mask.expand(batch, heads, queries, keys).reshape(-1, queries, keys)
        there = given.get("keyMask")
        padding = None if there is None else ~there.expand(batch, keys)
        out, _ = module(query, key, value, attn_mask=added, key_padding_mask=padding, need_weights=False)
        return out[0] if single else out

    module = nn.MultiheadAttention(dim, heads, bias=options.get("bias", True), batch_first=True)
    method = "call" if count == 1 else "attend"
    layer(
        "MultiHeadAttention",
        args,
        module,
        [*inputs, *masks.values()],
        call=call,
        method=method,
        extra=extra,
        named=named,
        note=note,
    )


x = real(2, 4, 6)
attention([6, 2], [x])
attention([6, 3, {"bias": False}], [x])
attention([4, 1], [real(3, 4)], note="one head, one sample")
attention([4, 4], [real(1, 5, 4)], note="heads of size 1")
attention([6, 2, {"causal": True}], [x])
attention([6, 2], [x], extra=[{"causal": True}], note="causal by the call")
attention([6, 2, {"bias": False, "causal": True}], [real(2, 3, 6)])
x = real(2, 4, 4)
attention([4, 2], [x], {"mask": seen(4, 4)}, note="mask")
attention([4, 2], [x], {"mask": seen(2, 4, 4)}, note="mask per sample")
attention([4, 2], [x], {"mask": seen(2, 1, 4)}, note="mask of padding")
attention([4, 2], [x], {"mask": seen(2, 2, 4, 4)}, note="mask per head")
attention([4, 2], [x], {"mask": seen(1, 2, 4, 4)}, note="mask per head, of all samples")
attention([4, 2], [x], {"mask": real(4, 4)}, note="float mask")
attention([4, 2], [x], {"mask": real(1, 2, 4, 4)}, note="float mask per head")
attention([4, 2], [x], {"keyMask": lengths(4, 4, 2)}, note="padding")
attention([4, 2, {"causal": True}], [x], {"keyMask": lengths(4, 3, 1)}, note="causal and padding")
attention(
    [4, 2, {"causal": True}],
    [x],
    {"mask": seen(2, 4, 4, seed=3) | torch.eye(4, dtype=torch.bool), "keyMask": lengths(4, 4, 3)},
    note="causal, mask and padding",
)
cross = [real(2, 3, 4), real(2, 5, 4), real(2, 5, 4)]
attention([4, 2], cross, note="cross")
attention([6, 3, {"bias": False}], [real(1, 6), real(4, 6), real(4, 6)], note="cross, one sample")
attention([4, 2], cross, {"mask": seen(3, 5)}, note="cross, mask")
attention([4, 2], cross, {"keyMask": lengths(5, 2, 4), "mask": seen(2, 3, 1) | True}, note="cross, padding")
attention([4, 2], cross, {"keyMask": lengths(5, 5, 3)}, extra=[{"causal": True}], note="cross, causal, padding")
attention([4, 2, {"causal": True}], [real(2, 1, 4), real(2, 3, 4), real(2, 3, 4)], note="the last query alone")


def block(args, inputs, masks=None, note=""):
    dim, heads, *rest = args
    options = rest[0] if rest else {}
    masks = masks or {}
    module = nn.TransformerEncoderLayer(
        dim,
        heads,
        int(options.get("mlpRatio", 4) * dim),
        dropout=0,
        activation="gelu",
        batch_first=True,
        norm_first=True,
    )

    def call(m, x, *rest):
        given = dict(zip(masks, rest))
        single = x.dim() == 2
        x = x[None] if single else x
        mask, there = given.get("mask"), given.get("keyMask")
        if options.get("causal"):
            mask = triangle(x.shape[1], x.shape[1]) if mask is None else mask & triangle(x.shape[1], x.shape[1])
        out = m(x, None if mask is None else ~mask, None if there is None else ~there)
        return out[0] if single else out

    layer(
        "TransformerBlock", args, module, [*inputs, *masks.values()], call=call, named=list(masks), note=note
    )


block([4, 2], [real(2, 3, 4)])
block([4, 2, {"mlpRatio": 2, "causal": True}], [real(2, 3, 4)])
block([4, 1, {"mlpRatio": 1.5}], [real(3, 4)], note="one sample")
block([4, 2, {"mlpRatio": 1}], [real(2, 3, 4)], {"mask": seen(3, 3, seed=2)}, note="mask")
block([4, 2, {"mlpRatio": 1}], [real(2, 3, 4)], {"keyMask": lengths(3, 3, 1)}, note="padding")
block(
    [4, 2, {"mlpRatio": 1, "causal": True}],
    [real(2, 3, 4)],
    {"mask": seen(3, 3, seed=2) | torch.eye(3, dtype=torch.bool), "keyMask": lengths(3, 2, 3)},
    note="causal, mask and padding",
)
write("attention")
