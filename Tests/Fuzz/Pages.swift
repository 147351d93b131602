/// Of a test target with two fuzz targets, the second one's properties have a name of their own.
typealias FuzzedProperties = FuzzedPages
