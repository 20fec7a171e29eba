"""The cross-modal hierarchy typed from its equations: one pair, lists of regions, loops over single numbers.

In torch for the gradients alone. W holds the matrices by name, as they are printed: to the right of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

Weights = Mapping[str, Tensor]
Pick = Callable[[Tensor], Tensor]  # logits of the pairs -> one-hot


def softmax(values: Sequence[Tensor]) -> list[Tensor]:
    """exp(v_i) / Σ_k exp(v_k)."""
    top = max(float(value.detach()) for value in values)
    powers = [torch.exp(value - top) for value in values]
    total = sum(powers, torch.zeros((), dtype=values[0].dtype))
    return [power / total for power in powers]


def attention(
    asking: list[Tensor], asked: list[Tensor], w_own: Tensor, w_other: Tensor
) -> list[list[Tensor]]:
    """A_ij = <x_i W_own, y_j W_other>; row i: softmax over j of A_ij / √d_h."""
    root = w_own.shape[1] ** 0.5
    return [softmax([(x @ w_own) @ (y @ w_other) / root for y in asked]) for x in asking]


def gated(own: Tensor, found: Tensor, w_g: Tensor, w_z: Tensor, b_z: Tensor) -> Tensor:
    """G = σ([x, y] W_G); Z(G ⊙ (x ⊕ y)) ⊕ x, Z = ReLU(FC)."""
    opened = 1 / (1 + torch.exp(-(torch.cat([own, found]) @ w_g)))
    return (opened * (own + found) @ w_z + b_z).clamp_min(0) + own


def coattention(
    sketch: list[Tensor], photo: list[Tensor], w: Weights
) -> tuple[list[Tensor], list[Tensor], list[list[Tensor]], list[list[Tensor]]]:
    """S̃ and P̃ from the same S and P, and both attentions."""
    to_photo = attention(sketch, photo, w["psi_S"], w["psi_P"])
    to_sketch = attention(photo, sketch, w["psi_P"], w["psi_S"])

    def found(row: list[Tensor], regions: list[Tensor]) -> Tensor:
        return torch.stack([a * y for a, y in zip(row, regions, strict=True)]).sum(0)

    new_sketch = [
        gated(x, found(row, photo), w["G_S"], w["Z_S"], w["b_S"])
        for x, row in zip(sketch, to_photo, strict=True)
    ]
    new_photo = [
        gated(y, found(row, sketch), w["G_P"], w["Z_P"], w["b_P"])
        for y, row in zip(photo, to_sketch, strict=True)
    ]
    return new_sketch, new_photo, to_photo, to_sketch


def hard(logits: Tensor) -> Tensor:
    """One-hot of the maximum."""
    return torch.eye(len(logits), dtype=logits.dtype)[int(logits.argmax())]


def gumbel_straight_through(logits: Tensor, noise: Tensor, tau: float) -> Tensor:
    """q_i ∝ exp((log π_i + g_i) / τ), π = softmax(C*); forward one-hot(q), backward q."""
    log_pi = torch.log(torch.stack(softmax(list(logits))))
    q = torch.stack(softmax(list((log_pi + noise) / tau)))
    return hard(q.detach()) + (q - q.detach())


def merge(
    nodes: list[Tensor], names: list[int], fresh: int, w_c: Tensor, w_f: Tensor, pick: Pick
) -> tuple[list[Tensor], list[int], tuple[int, int]]:
    """C* = UpTri((X W_C)(X W_C)ᵀ); q picks (a, b); X - {x_a, x_b} + {ReLU(W_F [x_a, x_b])}."""
    pairs = [(a, b) for a in range(len(nodes)) for b in range(a + 1, len(nodes))]
    q = pick(torch.stack([(nodes[a] @ w_c) @ (nodes[b] @ w_c) for a, b in pairs]))
    x_a = torch.stack([q[i] * nodes[a] for i, (a, _) in enumerate(pairs)]).sum(0)
    x_b = torch.stack([q[i] * nodes[b] for i, (_, b) in enumerate(pairs)]).sum(0)
    a, b = pairs[int(q.detach().argmax())]
    merged = (names[a], names[b])
    made = (torch.cat([x_a, x_b]) @ w_f).clamp_min(0)
    nodes = [made if n == a else x for n, x in enumerate(nodes) if n != b]
    names = [fresh if n == a else x for n, x in enumerate(names) if n != b]
    return nodes, names, merged


def hierarchy(
    sketch: list[Tensor],
    photo: list[Tensor],
    w: Weights,
    picks: tuple[Callable[[int], Pick], Callable[[int], Pick]] | None = None,
) -> tuple[Tensor, Tensor, list[tuple[int, int]], list[tuple[int, int]]]:
    """Co-attention, then one merge a branch, until one node remains in each; and what was merged."""
    picks = picks or ((lambda _: hard), (lambda _: hard))
    names, fresh = [list(range(len(sketch))), list(range(len(photo)))], [len(sketch), len(photo)]
    sides, merges = [sketch, photo], ([], [])
    step = 0
    while len(sides[0]) > 1 or len(sides[1]) > 1:
        sides = list(coattention(*sides, w)[:2])
        for side, letter in enumerate("SP"):
            if len(sides[side]) > 1:
                sides[side], names[side], merged = merge(
                    sides[side],
                    names[side],
                    fresh[side],
                    w["C_" + letter],
                    w["F_" + letter],
                    picks[side](step),
                )
                merges[side].append(merged)
                fresh[side] += 1
        step += 1
    return sides[0][0], sides[1][0], merges[0], merges[1]


def loss(near: Sequence[tuple[Tensor, Tensor]], far: Sequence[tuple[Tensor, Tensor]], delta: float) -> Tensor:
    """mean max{0, Δ + D(S⁺, P⁺) − D(S⁻, P⁻)}, D(a, b) = Σ (a_i − b_i)²."""
    terms = [
        (delta + ((s - p) ** 2).sum() - ((t - n) ** 2).sum()).clamp_min(0)
        for (s, p), (t, n) in zip(near, far, strict=True)
    ]
    return torch.stack(terms).mean()
