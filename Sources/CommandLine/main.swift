print("gingham")
