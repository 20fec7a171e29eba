"""What all methods share: settings, pictures, features, samplers, the loop, the export."""
