// NumPy arrays in and out. Checks name what is wrong, and results are not copied.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <string>
#include <vector>

namespace lookalike {

namespace nb = nanobind;

using AnyArray = nb::ndarray<nb::ro, nb::device::cpu>;

template <typename T>
using NewArray = nb::ndarray<nb::numpy, T>;

template <typename... Parts>
[[noreturn]] void refuse(const Parts&... parts) {
    std::string message;
    ((message += parts), ...);
    throw nb::value_error(message.c_str());
}

template <typename Array>
std::string describe(const Array& array) {
    const nb::dlpack::dtype type = array.dtype();
    const char* kind = "other";
    switch (static_cast<nb::dlpack::dtype_code>(type.code)) {
        case nb::dlpack::dtype_code::Int: kind = "int"; break;
        case nb::dlpack::dtype_code::UInt: kind = "uint"; break;
        case nb::dlpack::dtype_code::Float: kind = "float"; break;
        case nb::dlpack::dtype_code::Bool: kind = "bool"; break;
        case nb::dlpack::dtype_code::Complex: kind = "complex"; break;
        default: break;
    }
    std::string text = std::string(kind) + std::to_string(type.bits) + " of shape (";
    for (size_t k = 0; k < array.ndim(); ++k)
        text += (k ? ", " : "") + std::to_string(array.shape(k));
    return text + (array.ndim() == 1 ? ",)" : ")");
}

template <typename Array>
bool is_packed(const Array& array) {
    if (array.size() == 0) return true;
    int64_t expected = 1;
    for (size_t k = array.ndim(); k-- > 0;) {
        if (array.shape(k) > 1 && array.stride(k) != expected) return false;
        expected *= static_cast<int64_t>(array.shape(k));
    }
    return true;
}

// Returns the data of a C-contiguous array with `ndim` dimensions, or raises ValueError.
template <typename T, typename Array>
auto packed(const Array& array, const char* name, size_t ndim, const char* shape) {
    if (reinterpret_cast<uintptr_t>(array.data()) % alignof(T))
        refuse(name, " must be aligned in memory");
    if (array.dtype() != nb::dtype<T>() || array.ndim() != ndim || !is_packed(array))
        refuse(name, " must be a contiguous array ", shape, ", not ", describe(array),
               is_packed(array) ? "" : " (not contiguous)");
    return static_cast<std::conditional_t<std::is_same_v<Array, AnyArray>, const T, T>*>(
        array.data());
}

// The data of an array of `count` numbers, all below `limit`.
template <typename Number>
const Number* numbers_below(const AnyArray& array, const char* name, const char* shape,
                            size_t count, size_t limit) {
    const Number* data = packed<Number>(array, name, 1, shape);
    if (array.shape(0) != count)
        refuse(name, " must have ", std::to_string(count), " values, not ",
               std::to_string(array.shape(0)));
    for (size_t k = 0; k < count; ++k)
        if (data[k] >= limit)
            refuse(name, " must be less than ", std::to_string(limit), ", not ",
                   std::to_string(data[k]));
    return data;
}

template <typename T>
NewArray<T> new_array(std::vector<T> values) {
    auto owned = std::make_unique<std::vector<T>>(std::move(values));
    T* data = owned->data();
    const size_t size = owned->size();
    nb::capsule owner(owned.get(),
                      [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
    owned.release();
    return NewArray<T>(data, {size}, owner);
}

template <typename T>
NewArray<T> new_array(std::unique_ptr<T[]> values, std::initializer_list<size_t> shape) {
    T* data = values.get();
    nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<T*>(p); });
    values.release();
    return NewArray<T>(data, shape.size(), shape.begin(), owner);
}

template <typename T>
std::unique_ptr<T[]> allocate(size_t size) {
    return std::unique_ptr<T[]>(new T[size ? size : 1]);
}

}  // namespace lookalike
