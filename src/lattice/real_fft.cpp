#include "lattice/real_fft.h"

#include <algorithm>
#include <unsupported/Eigen/FFT>

#include "lattice/octet.h"

namespace scorefield {

/// Eight lines at a time: kissfft asks of its numbers no more than arithmetic. (std::complex of anything but a built-in type is
/// left open by the standard; that of libstdc++ works, and without the tests for infinities that double the time of products.)
struct RealFft::Lines {
  explicit Lines(std::size_t longest) : in(longest), out(longest) {}

  void transform(std::size_t length) { fft.fwd(out.data(), in.data(), static_cast<Eigen::Index>(length)); }

  Eigen::FFT<Octet> fft;
  std::vector<std::complex<Octet>> in;
  std::vector<std::complex<Octet>> out;
};

RealFft::RealFft(FieldShape extents)
    : extents_(extents),
      width_((extents.half_x() + kOctet - 1) / kOctet * kOctet),
      lines_(std::make_unique<Lines>(std::max(extents.y, extents.x))),
      real_(extents.y * width_),
      imaginary_(real_.size()) {}
RealFft::~RealFft() = default;
RealFft::RealFft(RealFft&&) noexcept = default;
RealFft& RealFft::operator=(RealFft&&) noexcept = default;

void RealFft::transform(std::span<const double> field) {
  for (std::size_t y = 0; y < extents_.y; y += 2 * kOctet) along_x(field, y);
  for (std::size_t n = 0; n < width_; n += kOctet) along_y(n);
}

/// Sixteen rows, of which eight are the real part and eight the imaginary part of what is transformed: z = a + ib has
/// a~(k) = (z~(k) + z~(-k)*)/2 and b~(k) = (z~(k) - z~(-k)*)/2i.
void RealFft::along_x(std::span<const double> field, std::size_t first_row) {
  const std::size_t lx = extents_.x;
  const std::size_t rows = std::min(2 * kOctet, extents_.y - first_row);
  const double* from = field.data() + first_row * lx;
  for (std::size_t x = 0; x < lx; ++x) {
    Octet a;
    Octet b;
    for (std::size_t l = 0; l < std::min(rows, kOctet); ++l) a.v[l] = from[l * lx + x];
    for (std::size_t l = kOctet; l < rows; ++l) b.v[l - kOctet] = from[l * lx + x];
    lines_->in[x] = {a, b};
  }
  lines_->transform(lx);
  for (std::size_t n = 0; n < extents_.half_x(); ++n) {
    const std::complex<Octet> z = lines_->out[n];
    const std::complex<Octet> mirrored = lines_->out[n == 0 ? 0 : lx - n];
    const Octet parts[2][2] = {{(z.real() + mirrored.real()) * 0.5, (z.imag() - mirrored.imag()) * 0.5},
                               {(z.imag() + mirrored.imag()) * 0.5, (mirrored.real() - z.real()) * 0.5}};
    for (std::size_t l = 0; l < rows; ++l) {
      const std::size_t place = (first_row + l) * width_ + n;
      real_[place] = parts[l / kOctet][0].v[l % kOctet];
      imaginary_[place] = parts[l / kOctet][1].v[l % kOctet];
    }
  }
}

/// Eight wave numbers n_x from the first on.
void RealFft::along_y(std::size_t first) {
  double* re = real_.data() + first;
  double* im = imaginary_.data() + first;
  for (std::size_t y = 0; y < extents_.y; ++y) lines_->in[y] = {load(re + y * width_), load(im + y * width_)};
  lines_->transform(extents_.y);
  for (std::size_t n = 0; n < extents_.y; ++n) {
    store(lines_->out[n].real(), re + n * width_);
    store(lines_->out[n].imag(), im + n * width_);
  }
}

}  // namespace scorefield
