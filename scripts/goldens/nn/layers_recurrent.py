"""Goldens of RNN, GRU and LSTM, batch_first=True: see layer_record.py. With 'scan', the states are inputs and results."""
from layer_record import layer, real, write
from torch import nn

TORCH = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}


def only_output(module, x):
    return module(x)[0]


def last_output(module, x):
    """The output of the last step, [..., hidden]."""
    return module(x)[0][..., -1, :]


def record(kind, inputs, hidden, x, options={}, torch_options={}, call=only_output, **more):
    """`options` of ours; those of PyTorch with other names in `torch_options`."""
    known = {"layers": "num_layers", "bias": "bias", "nonlinearity": "nonlinearity", "dropout": "dropout"}
    settings = {known[key]: value for key, value in options.items() if key in known}
    module = TORCH[kind](inputs, hidden, batch_first=True, **settings, **torch_options)
    layer(kind, [inputs, hidden] + ([options] if options else []), module, x, call=call, **more)


def scan(module, x, *state):
    return module(x, *([state] if len(state) == 2 else state))


for kind in ["RNN", "GRU", "LSTM"]:
    record(kind, 3, 2, [real(2, 4, 3)])
    record(kind, 3, 2, [real(4, 3)], note="one sample")
    record(kind, 2, 3, [real(1, 1, 2)], note="one step")
    record(kind, 2, 2, [real(2, 3, 2)], {"bias": False})
    record(kind, 3, 2, [real(2, 5, 3)], {"layers": 2})
    record(kind, 1, 2, [real(2, 3, 1)], {"layers": 3, "bias": False})
    record(kind, 3, 2, [real(2, 5, 3)], {"returns": "last"}, call=last_output)
    record(kind, 2, 2, [real(2, 3, 2)], {"layers": 2, "returns": "last"}, call=last_output)
    record(kind, 2, 2, [real(3, 2)], {"returns": "last"}, call=last_output, note="one sample")
    record(kind, 2, 3, [real(2, 3, 2)], {"layers": 2, "dropout": 0.5}, mode="eval")
    record(kind, 2, 3, [real(2, 3, 2)], {"layers": 2, "dropout": 1}, note="all dropped")
    record(kind, 3, 2, [real(2, 3, 3)], method="scan", call=scan, note="from zeros")
    record(kind, 3, 2, [real(2, 3, 3)], {"layers": 2}, method="scan", call=scan, note="two layers from zeros")
record("RNN", 3, 2, [real(2, 4, 3)], {"nonlinearity": "tanh"})
record("RNN", 3, 2, [real(2, 4, 3)], {"nonlinearity": "relu"})
record("RNN", 3, 2, [real(2, 4, 3)], {"nonlinearity": "relu", "layers": 2, "bias": False})
for kind, parts in [("RNN", 1), ("GRU", 1), ("LSTM", 2)]:
    together = parts if parts > 1 else 0
    for layers in [1, 2]:
        options = {"layers": layers} if layers > 1 else {}
        x = [real(2, 3, 3)] + [real(layers, 2, 2)] * parts
        record(kind, 3, 2, x, options, method="scan", call=scan, together=together, note="from a state")
    x = [real(3, 3)] + [real(1, 2)] * parts
    record(kind, 3, 2, x, method="scan", call=scan, together=together, note="one sample from a state")
write("recurrent")
