/** Of StencilTorch: what exported files name. The same as the package's own. */

export const VERSION = "0.1.0";
