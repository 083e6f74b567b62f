;; Its section names a function that it does not export.
(module
  (@custom "penny" "add(i32,i32)->i32\n" "subtract(i32,i32)->i32\n")

  (func (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get $a) (local.get $b)))
)
