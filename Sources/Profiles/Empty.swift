let all = [PackageResources.x_json, PackageResources.y_1_json]
