"""Lines of photos and drawings: masks one pixel wide, and the direction that each line runs in.

A direction and its opposite are one: everything is told at the doubled angle, (cos 2θ, sin 2θ), where both
are the same vector and means are well defined.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.feature import canny
from skimage.morphology import skeletonize

Masks = NDArray[np.bool_]
Floats = NDArray[np.float32]

COARSE_TO_FINE = (4.0, 2.8, 2.0, 1.4, 1.0)  # standard deviations of Canny's filter, pixels
ENOUGH = 0.03  # share of the pixels on an edge at which no finer scale is tried
_LOW, _HIGH = 0.1, 0.25  # Canny's thresholds, as shares of the steepest slope
_GREY = np.array([0.299, 0.587, 0.114], np.float32) / 255


def of_photos(pixels: NDArray[np.uint8]) -> Masks:
    """(N, S, S, 3) photos -> (N, S, S) their Canny edges, from the coarsest scale that shows enough.

    As Hu and Collomosse do (CVIU 2013): a photo's outlines are wanted, not its texture.
    """
    return np.stack([_edges(picture @ _GREY) for picture in pixels])


def of_sketches(rasters: NDArray[np.uint8]) -> Masks:
    """(N, S, S) drawings, black on white -> (N, S, S) their lines, thinned to one pixel."""
    return np.stack([skeletonize(raster < 128) for raster in rasters])


def directions(masks: Masks) -> tuple[Floats, Floats]:
    """(cos 2θ, sin 2θ), each (N, S, S), of the normal of the line at each pixel; unit length near lines.

    The normal is the main axis of the slopes of the blurred mask around a pixel (structure tensor).
    """
    drawn = masks.astype(np.float32)
    down, right = (ndimage.gaussian_filter(drawn, (0, 1, 1), order) for order in ((0, 1, 0), (0, 0, 1)))
    even = ndimage.gaussian_filter(right * right - down * down, (0, 1.5, 1.5))
    odd = ndimage.gaussian_filter(2 * right * down, (0, 1.5, 1.5))
    length = np.sqrt(even * even + odd * odd) + np.float32(1e-12)
    return even / length, odd / length


def _edges(grey: Floats) -> NDArray[np.bool_]:
    mask = np.zeros(grey.shape, bool)
    for sigma in COARSE_TO_FINE:
        smooth = ndimage.gaussian_filter(grey, sigma)
        steepest = float(np.hypot(ndimage.sobel(smooth, 0), ndimage.sobel(smooth, 1)).max())
        if steepest == 0:  # one colour
            break
        mask = canny(smooth, 0, low_threshold=_LOW * steepest, high_threshold=_HIGH * steepest)
        if mask.mean() >= ENOUGH:
            break
    return mask
