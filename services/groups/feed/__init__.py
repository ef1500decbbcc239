"""What the groups context announces and learns."""
