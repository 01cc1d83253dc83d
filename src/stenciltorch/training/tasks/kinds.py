"""Names of choices in recipes."""

from __future__ import annotations

from typing import Literal

Semantics = Literal["own", "illustration2vec"]
Content = Literal["own", "vgg16", "critic"]
Adversarial = Literal["hinge", "plain"]
