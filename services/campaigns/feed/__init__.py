"""What the campaigns context announces and learns."""
