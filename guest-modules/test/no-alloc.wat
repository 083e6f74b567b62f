;; Says that it takes bytes, but exports no penny_alloc.
(module
  (@custom "penny" "length(bytes)->i32\n")
  (memory (export "memory") 1)

  (func (export "length") (param $address i32) (param $bytes i32) (result i32)
    (local.get $bytes))
)
