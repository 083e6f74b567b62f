;; The second line of its section is no signature.
(module
  (@custom "penny" "add(i32,i32)->i32\n" "add(i32,int)=i32\n")

  (func (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get $a) (local.get $b)))
)
