/// Runs `body` for every element, three at a time: more would only wait for the two or four cores
/// of a small machine, and run into deadlines there.
func forEach<Element: Sendable>(
  _ elements: [Element], _ body: @escaping @Sendable (Element) async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for (index, element) in elements.enumerated() {
      if index >= 3 { try await group.next() }
      group.addTask { try await body(element) }
    }
    try await group.waitForAll()
  }
}
