"""An OpenID issuer for development: people of the demonstration, and the product's machines."""
