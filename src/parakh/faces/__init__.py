"""Face detection, quality, embedding and exact search, by ONNX models."""
