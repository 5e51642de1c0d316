"""Data sets: where items come from, how they are split, tokenised and held as tensors."""
