;; Its allocator traps.
(module
  (@custom "penny" "length(bytes)->i32\n")
  (memory (export "memory") 1)

  (func (export "penny_alloc") (param $bytes i32) (result i32)
    unreachable)

  (func (export "length") (param $address i32) (param $bytes i32) (result i32)
    (local.get $bytes))
)
