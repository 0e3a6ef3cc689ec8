"""The quantiles of the normal and the Poisson distribution from SciPy, without the rest of its special functions.

``scipy.special`` also loads NumPy's Fortran compiler and its test tools, to serve arrays of other libraries.
"""

from kingmaker.agents.unread import put_unread

put_unread("scipy.special")

try:
    from scipy.special._ufuncs import ndtri, pdtrik
except ImportError:  # another layout of SciPy: the functions are the same, and only take longer to load
    from scipy.special import ndtri, pdtrik

__all__ = ["ndtri", "pdtrik"]
