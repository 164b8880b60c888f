"""EC2 Image Builder inside the local AWS."""

from localaws.imagebuilder.responses import ImageBuilder

__all__ = ["ImageBuilder"]
